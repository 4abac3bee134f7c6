"""One script per router family: `python -m router_models.training.<family> --data DIR`."""
