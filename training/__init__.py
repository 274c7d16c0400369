"""Teaching a model: encoding, fitting, predicting, evaluating."""
