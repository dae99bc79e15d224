"""The people who buy, plainly made: drawn by a number, spread over the states by population."""

from functools import lru_cache
from hashlib import blake2b

from sandbox.shape import allocate

# Millions of people; territories and military mail are rarer, but there.
_STATES = {
    "CA": ("California", 39.2), "TX": ("Texas", 30.5), "FL": ("Florida", 22.6),
    "NY": ("New York", 19.6), "PA": ("Pennsylvania", 13.0), "IL": ("Illinois", 12.5),
    "OH": ("Ohio", 11.8), "GA": ("Georgia", 11.0), "NC": ("North Carolina", 10.8),
    "MI": ("Michigan", 10.0), "NJ": ("New Jersey", 9.3), "VA": ("Virginia", 8.7),
    "WA": ("Washington", 7.8), "AZ": ("Arizona", 7.4), "TN": ("Tennessee", 7.1),
    "MA": ("Massachusetts", 7.0), "IN": ("Indiana", 6.9), "MO": ("Missouri", 6.2),
    "MD": ("Maryland", 6.2), "WI": ("Wisconsin", 5.9), "CO": ("Colorado", 5.9),
    "MN": ("Minnesota", 5.7), "SC": ("South Carolina", 5.4), "AL": ("Alabama", 5.1),
    "LA": ("Louisiana", 4.6), "KY": ("Kentucky", 4.5), "OR": ("Oregon", 4.2),
    "OK": ("Oklahoma", 4.1), "CT": ("Connecticut", 3.6), "UT": ("Utah", 3.4),
    "IA": ("Iowa", 3.2), "NV": ("Nevada", 3.2), "AR": ("Arkansas", 3.1),
    "KS": ("Kansas", 2.9), "MS": ("Mississippi", 2.9), "NM": ("New Mexico", 2.1),
    "NE": ("Nebraska", 2.0), "ID": ("Idaho", 2.0), "WV": ("West Virginia", 1.8),
    "HI": ("Hawaii", 1.4), "NH": ("New Hampshire", 1.4), "ME": ("Maine", 1.4),
    "MT": ("Montana", 1.1), "RI": ("Rhode Island", 1.1), "DE": ("Delaware", 1.0),
    "SD": ("South Dakota", 0.9), "ND": ("North Dakota", 0.8), "AK": ("Alaska", 0.7),
    "DC": ("District of Columbia", 0.7), "VT": ("Vermont", 0.6), "WY": ("Wyoming", 0.6),
    "PR": ("Puerto Rico", 1.4), "GU": ("Guam", 0.7), "VI": ("Virgin Islands", 0.5),
    "AE": ("Armed Forces Europe", 0.8), "AP": ("Armed Forces Pacific", 0.6),
    "AA": ("Armed Forces Americas", 0.5), "ON": ("Ontario", 0.6), "ZZ": ("Unknown", 0.8),
    "": ("", 1.6),
}  # fmt: skip
_DRAWN = [
    state
    for state, count in zip(
        _STATES, allocate(4096, [millions for _, millions in _STATES.values()]), strict=True
    )
    for _ in range(count)
]
_FIRST_NAMES = """
    Amber Ash Aster Basil Beryl Birch Briar Bryony Cedar Clay Clover Coral Daisy Dale Dune Ebony
    Elm Fern Flint Flora Forest Garnet Ginger Glen Hazel Heath Holly Iris Ivy Jade Jasper
    Juniper Laurel Lily Linden Marigold Misty Moss Myrtle Olive Opal Pearl Poppy Reed Ridge
    River Robin Rock Rose Rowan Ruby Rusty Sage Sandy Sierra Sky Slate Stone Sunny Violet Willow
    Wren Zoë José
"""
_LAST_NAMES = """
    Sandbox Sampleton Testerman Mockridge Fauxley Dummond Fictor Placeholder Exampleson
    Madeupson Notreal Pretendo Inventley Façade Nobody Stubbs Loremsson Ipsumfield Demoski
    Fixture Fakenham Seedman Mockingbird Trialwood Prototype Specimen Draftley Replica Standin
    Müsterling Doe Roe
"""
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()
_STREETS = (
    "Sample St", "Example Ave", "Test Rd", "Placeholder Blvd", "Mock Ln", "Demo Dr",
    "Fixture Ct", "Draft Way",
)  # fmt: skip
_CITIES = (
    "Sampleville", "Exampleton", "Port Mock", "Testburg", "New Fixture", "Demo Springs",
    "Draft City", "Stubfield",
)  # fmt: skip


@lru_cache(maxsize=8_192)
def person(number: int) -> dict[str, str]:
    """The billing and shipping columns of a customer."""
    dice = blake2b(number.to_bytes(8, "big", signed=True), digest_size=16, person=b"buyer").digest()
    first, last = _FIRST[dice[0] % len(_FIRST)], _LAST[dice[1] % len(_LAST)]
    state = _DRAWN[(dice[2] << 8 | dice[3]) % 4096]
    street = f"{100 + dice[4] * 37} {_STREETS[dice[5] % 8]}"
    flat = f"Apt {1 + dice[6] % 40}, Floor {1 + dice[6] % 9}" if dice[7] < 40 else ""
    place = {
        "first_name": first,
        "last_name": last,
        "address1": street,
        "address2": flat,
        "city": _CITIES[dice[8] % 8],
        "state": state,
        "zip": f"{(dice[9] << 16 | dice[10] << 8 | dice[11]) % 100_000:05}",
        "country": "CA" if state == "ON" else "US",
    }
    mail = f"{first}.{last}.{number}@example.com".lower().replace("-", "o")
    return {
        "customer_id": str(1_000_000 + number),
        "billing_email": mail.translate(_PLAIN),
        "phone": f"({200 + dice[12]}) 555-01{dice[13] % 100:02}",
        **{f"billing_{name}": value for name, value in place.items()},
        **{f"shipping_{name}": value for name, value in place.items()},
    }


def state_as_typed(state: str, dice: int) -> str:
    """A state as a customer may have typed it; three in a hundred are odd."""
    if dice >= 8:
        return state
    name = _STATES[state][0]
    return (name, f" {state.lower()}", state.lower(), f"{state} ", name.upper())[dice % 5]


_PLAIN = str.maketrans("ëéçü", "eecu")
