"""Airflow's side of the house: assets, triggers, DAG steps, and the laptop's whole stack.

The only room that imports Airflow, and only in the modules that Airflow itself loads (``assets``,
``triggers``). What starts and ends the processes (``stack``, ``supervisor``) never imports it, so
that it starts at once and cannot be hurt by what it watches.
"""
