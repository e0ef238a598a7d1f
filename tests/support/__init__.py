"""What tests across rooms share: a scripted upstream, a raw HTTP client, a gateway under test."""
