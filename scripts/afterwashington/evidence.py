"""The ledger of claims and the table of sources, by identifier."""

from afterwashington import data


def claims(*ids):
    """Rows of the ledger in the order asked for (all of them if no identifier is given).

    Columns: claim_id, paragraph, statement, claim_type, actor, event_date, verdict, confidence,
    finding, source_ids (separated by semicolons), basis. Raises DataError for an unknown claim.
    """
    return _pick("claims", "claim_id", ids)


def sources(*ids):
    """Rows of the source table in the order asked for (all of them if no identifier is given).

    Columns: source_id, label, title, publisher, date, url, accessed_via, kind, language,
    reliability (Admiralty grade A-F), licence, note. Raises DataError for an unknown source.
    """
    return _pick("sources", "source_id", ids)


def source_labels(ids):
    """Short citations for identifiers given as a list or as "a;b": "NATO 2026a; SIPRI 2026"."""
    if isinstance(ids, str):
        ids = ids.split(";")
    ids = list(dict.fromkeys(one.strip() for one in ids))
    return "; ".join(sources(*ids).label) if ids else ""


def _pick(table, key, ids):
    frame = data.load(table)
    if not ids:
        return frame
    unknown = [one for one in ids if one not in set(frame[key])]
    if unknown:
        path = data.describe(table)["path"]
        raise data.DataError(f"data/{path}: no {key} {', '.join(map(repr, unknown))}")
    return frame.set_index(key, drop=False).loc[list(ids)].reset_index(drop=True)
