"""Check (チェック): every row judged by the line's rules, every finding with its cell.

The rules are data: Great Expectations suites under ``expectations/``, merged with those that follow
from the contract. A micro-batch is judged in one vectorised run per frame, whatever the number of
its files.
"""

from typing import TYPE_CHECKING

from keiyu.ondemand import on_demand

if TYPE_CHECKING:
    from keiyu.check.model import Checked, Rule, Verdict
    from keiyu.check.run import check
    from keiyu.check.suites import rules, rules_digest
else:
    __getattr__ = on_demand(
        __name__,
        {
            "model": ["Checked", "Rule", "Verdict"],
            "run": ["check"],
            "suites": ["rules", "rules_digest"],
        },
    )

__all__ = ["Checked", "Rule", "Verdict", "check", "rules", "rules_digest"]
