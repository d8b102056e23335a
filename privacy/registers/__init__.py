"""The registers that the policy is made from: processors, authorities, assessments; disclosures, incidents, notices."""
