"""The reliability plot of a card."""


def reliability_svg(bins, title):
    """`bins` as of cxr_lungs_measure.calibration: mean probability against the observed share."""
    side, pad = 260, 40
    place = lambda value: pad + value * side
    flip = lambda value: pad + (1 - value) * side
    points = " ".join(f"{place(b['probability']):.1f},{flip(b['observed']):.1f}" for b in bins)
    dots = "".join(f'<circle cx="{place(b["probability"]):.1f}" cy="{flip(b["observed"]):.1f}" r="3.5" fill="#1d4ed8"/>' for b in bins)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 2 * pad} {side + 2 * pad}" font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/><rect x="{pad}" y="{pad}" width="{side}" height="{side}" fill="none" stroke="#999"/>'
        f'<line x1="{pad}" y1="{pad + side}" x2="{pad + side}" y2="{pad}" stroke="#999" stroke-dasharray="4 4"/>'
        f'<polyline points="{points}" fill="none" stroke="#1d4ed8" stroke-width="1.5"/>{dots}'
        f'<text x="{pad}" y="24">{title}</text>'
        f'<text x="{pad + side / 2}" y="{pad + side + 28}" text-anchor="middle">predicted probability</text>'
        f'<text transform="translate(14 {pad + side / 2}) rotate(-90)" text-anchor="middle">observed share</text></svg>\n'
    )
