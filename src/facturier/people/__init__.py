"""Who works for a seller: invitations, permissions, and how people prove who they are."""
