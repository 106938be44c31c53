"""Who a patient is: identity, contact points, and the key that seals all that is hers."""
