"""The currencies in which sums can be counted."""

from __future__ import annotations

# Legal tender, by ISO 4217 (as CLDR 45 lists it). Sums are hundredths of the unit; what has no hundredths, or
# thousandths too, is left out: its sums could not be rounded rightly.
_CURRENCIES = (
    "AED AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR JMD KES KGS KHR KYD KZT LKR LRD LSL MAD MDL MKD MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
    "SLE SRD SSP STN SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG ZAR ZMW ZWG"
)

_WITHOUT_HUNDREDTHS = (
    "AFN ALL BHD BIF CLP DJF GNF IQD IRR ISK JOD JPY KMF KPW KRW KWD LAK LBP LYD MGA MMK OMR PYG RWF "
    "SOS SYP TND UGX VND VUV XAF XOF XPF YER"
)

CURRENCIES = frozenset(_CURRENCIES.split())
WITHOUT_HUNDREDTHS = frozenset(_WITHOUT_HUNDREDTHS.split())
MISNAMED = {"RMB": "CNY", "CNH": "CNY", "YUA": "CNY", "NTD": "TWD", "UKP": "GBP", "STG": "GBP", "EURO": "EUR"}
"""What people write for a currency, and its code."""
