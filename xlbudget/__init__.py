"""xlbudget: templates, reading, checking and consolidation of departmental budget disclosures."""

__version__ = "0.1.0"
