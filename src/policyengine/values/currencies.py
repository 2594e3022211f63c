"""The currencies in which sums can be counted, by ISO 4217: legal tender, each with its minor unit."""

from __future__ import annotations

_HUNDREDTHS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW "
    "ZWG"
)
# No minor unit, or thousandths.
_OTHERS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF BHD IQD JOD KWD LYD OMR TND"

WITHOUT_HUNDREDTHS = frozenset(_OTHERS.split())
"""Those whose smallest unit is no hundredth: what is rounded to a hundredth is not what can be paid."""
CURRENCIES = frozenset(_HUNDREDTHS.split()) | WITHOUT_HUNDREDTHS
MISNAMED = {"RMB": "CNY", "CNH": "CNY", "YUA": "CNY", "NTD": "TWD", "UKP": "GBP", "STG": "GBP"}
"""What people write for a currency, and its code."""
