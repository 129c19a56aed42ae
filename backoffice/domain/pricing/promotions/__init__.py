"""Offers: what they give (`benefits`), to whom and when (`offers`, `eligibility`), their turn (`turns`)."""
