"""Slack at the edge: client gateway, renderer, ingress guard, local stand-in."""
