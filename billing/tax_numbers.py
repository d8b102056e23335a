"""Which kind of tax number belongs to a country, by the name that processors give it."""

from __future__ import annotations

EUROPEAN_UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
# One for each country, which its first letters name.
ELSEWHERE = {
    kind[:2].upper(): kind
    for kind in (
        *("ad_nrt", "ae_trn", "al_tin", "am_tin", "ao_tin", "ar_cuit", "au_abn", "aw_tin", "az_tin", "ba_tin"),
        *("bb_tin", "bd_bin", "bf_ifu", "bh_vat", "bj_ifu", "bo_tin", "br_cnpj", "bs_tin", "bw_vat", "by_tin"),
        *("ca_bn", "cd_nif", "ch_vat", "ci_vat", "cl_tin", "cm_niu", "cn_tin", "co_nit", "cr_tin", "cv_nif"),
        *("do_rcn", "ec_ruc", "eg_tin", "et_tin", "fo_vat", "gb_vat", "ge_vat", "gh_tin", "gi_tin", "gn_nif"),
        *("hk_br", "id_npwp", "il_vat", "in_gst", "is_vat", "jp_cn", "ke_pin", "kg_tin", "kh_tin", "kr_brn"),
        *("kz_bin", "la_tin", "li_vat", "lk_vat", "ma_vat", "md_vat", "me_pib", "mk_vat", "mr_nif", "mu_vat"),
        *("mx_rfc", "my_sst", "mz_nuit", "ng_tin", "no_vat", "np_pan", "nz_gst", "om_vat", "pe_ruc", "ph_tin"),
        *("py_ruc", "rs_pib", "ru_inn", "sa_vat", "sg_gst", "sm_coe", "sn_ninea", "sr_fin", "sv_nit", "th_vat"),
        *("tj_tin", "tr_tin", "tt_vat", "tw_vat", "tz_vat", "ua_vat", "ug_tin", "us_ein", "uy_ruc", "uz_tin"),
        *("ve_rif", "vn_tin", "za_vat", "zm_tin", "zw_tin"),
    )
}


def kind_in(country: str) -> str:
    """Such as ``eu_vat``; "" where we know of none, and no number can be sent."""
    return "eu_vat" if country in EUROPEAN_UNION else ELSEWHERE.get(country, "")
