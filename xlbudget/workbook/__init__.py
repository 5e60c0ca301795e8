"""Workbooks: read raw cells, write the planned grid. The only room that knows Excel."""
