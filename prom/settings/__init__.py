"""Choices that are inherited: the installation's, a unit's, a pathway's, a patient's."""
