"""The expectations that relay surveys need and Great Expectations has not.

Importing this package registers them, so that suites can name them like any other type. They judge
frames, never single files; what the arguments mean is said in each docstring, and every suite under
``expectations/`` shows them in use. A row in which a needed value is missing is not judged: the
missing value has its own finding.
"""

from keiyu.check.expectations import relations, sums, values

__all__ = ["relations", "sums", "values"]
