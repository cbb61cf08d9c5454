"""Warm kernels: notebooks run in processes that are forked from one that has imported the heavy libraries."""
