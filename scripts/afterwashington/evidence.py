"""The ledger of claims and the table of sources, by identifier."""

from afterwashington import data, text


def claims(*ids):
    """Rows of the ledger in the order asked for (all of them if no identifier is given).

    Columns: claim_id, paragraph, anchor (Arabic), statement, claim_type, actor, event_date,
    verdict, confidence, finding, source_ids (separated by semicolons), basis, chapter. Raises
    DataError for an unknown claim.
    """
    return _pick("claims", "claim_id", ids)


def sources(*ids):
    """Rows of the source table in the order asked for (all of them if no identifier is given).

    Columns: source_id, label, title, publisher, date, url, accessed_via, kind, language,
    reliability (Admiralty grade A-F), reliability_rule (why this grade), licence, note. Raises
    DataError for an unknown source.
    """
    return _pick("sources", "source_id", ids)


def source_labels(ids):
    """Short citations for identifiers given as a list or as "a;b": "NATO 2026a; SIPRI 2026"."""
    if isinstance(ids, str):
        ids = ids.split(";")
    ids = list(dict.fromkeys(one.strip() for one in ids))
    return text.series(sources(*ids).label) if ids else ""


def caveat(ids, basis="seen"):
    """What must be said beside something that rests on these sources alone; "" if nothing.

    ids: a list or "a;b". basis: "seen" or "recalled", as in the tables. A source of grade D
    ("not usually reliable") or lower may stand behind a verdict or a figure only if the reader
    is told so.
    """
    if basis == "recalled":
        return text.t("Rests on general knowledge, not on a source that was read.")
    if isinstance(ids, str):
        ids = ids.split(";")
    best = min(sources(*ids).reliability)
    if best < "D":
        return ""
    return text.t("No source is of a better grade than {best}.", best=best)


def _pick(table, key, ids):
    frame = data.load(table)
    if not ids:
        return frame
    unknown = [one for one in ids if one not in set(frame[key])]
    if unknown:
        path = data.describe(table)["path"]
        raise data.DataError(f"data/{path}: no {key} {', '.join(map(repr, unknown))}")
    return frame.set_index(key, drop=False).loc[list(ids)].reset_index(drop=True)
