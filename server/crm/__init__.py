"""What a CRM is told of a call. Rules: values in, values out."""
