"""New rows: checked against the contract, compared with what there is, added whole or not at all."""
