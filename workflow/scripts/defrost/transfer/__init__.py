"""Transfer protocols and the cells of the transfer grid."""
