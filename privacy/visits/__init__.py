"""Who comes by, without knowing who: the visit log, counts of many, signs of intruders, and what browsers send us."""
