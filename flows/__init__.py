"""Stages composed from the rooms below, the plain night, and the Prefect flow."""
