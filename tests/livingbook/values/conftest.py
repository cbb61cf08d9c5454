"""A test of pandas' own that is left out has its reason."""

import re

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    reasons = getattr(item.module, "LEFT_OUT", {})
    if report.skipped and reasons:
        said = getattr(report, "wasxfail", "") or str(report.longrepr)
        if not any(re.search(pattern, said) for pattern in reasons):
            report.outcome, report.longrepr = "failed", f"left out, and LEFT_OUT has no reason for it: {said}"
    return report
