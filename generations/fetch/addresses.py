"""Which network addresses may we connect to on behalf of a stranger? Only the public internet's own.

The rule is an allow rule: global unicast, minus a list of ours. An IPv6 address that carries an IPv4 address is
judged by what it carries, because some router on the way may unwrap it.
"""

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

_UNICAST = ip_network("2000::/3")

# IANA's special-purpose registries, written out because the interpreter's own copy differs from version to version.
_DENIED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT, and the metadata address of one cloud
            "127.0.0.0/8",
            "168.63.129.16/32",  # a cloud's host agent, on a public address
            "169.254.0.0/16",  # link-local, and the metadata address of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "3ffe::/16",
            "3fff::/20",
        ),
    )
)

# Prefixes whose addresses carry an IPv4 address, and how many bits stand behind it.
_CARRIERS = (
    (ip_network("::ffff:0:0/96"), 0),  # IPv4-mapped, RFC 4291
    (ip_network("::/96"), 0),  # IPv4-compatible, RFC 4291
    (ip_network("::ffff:0:0:0/96"), 0),  # IPv4-translated, RFC 2765
    (ip_network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ip_network("2002::/16"), 80),  # 6to4, RFC 3056
)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach `address`, with what it carries unwrapped (RFC 6890)."""
    inner = carried(address)
    if inner:
        return all(map(is_public, inner))
    if address.version == 6 and address not in _UNICAST:
        return False
    return address.is_global and not any(address in network for network in _DENIED)


def carried(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside an IPv6 address; two for Teredo (RFC 4380): its server and its client."""
    if isinstance(address, IPv4Address):
        return ()
    if address.teredo:
        return address.teredo
    bits = int(address)
    return tuple(IPv4Address(bits >> behind & 0xFFFFFFFF) for network, behind in _CARRIERS if address in network)
