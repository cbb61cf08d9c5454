"""A row of the table of observations, for tests to change."""

OBSERVATION = {
    "id": "",
    "measure": "listed_absent",
    "population": "list_smd_2024",
    "category": "all",
    "start": "2022-02-24",
    "end": "2024-12-31",
    "low": "",
    "value": "100",
    "high": "",
    "qualifier": "exact",
    "origin": "istories",
    "source": "svtv2025list",
    "primary_source": "",
    "known_from": "2025-01-01",
    "status": "use",
    "same_as": "",
    "note": "",
}
