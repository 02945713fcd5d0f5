"""Makes samples/review from the CC BY articles of the shared data folder (text only, attribution kept).

    python samples/make_samples.py --shared ../shared

Writes references.ris (title, abstract, authors, journal, year, DOI, PMID, licence of each article),
three trial PDFs and ATTRIBUTION.md. Only articles whose own <permissions> name CC BY or CC0 are taken.
"""

import argparse
import io
import re
import shutil
import tarfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PDFS = ["PMC3654355", "PMC4319071", "PMC5086025"]
LIMIT = 300


def text_of(node):
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip() if node is not None else ""


def abstract_of(meta):
    for abstract in meta.findall("abstract"):
        if abstract.get("abstract-type") in (None, "", "summary"):
            parts = []
            for section in abstract.findall("sec") or [abstract]:
                title = text_of(section.find("title"))
                body = " ".join(text_of(p) for p in section.findall(".//p"))
                parts.append(f"{title.rstrip(':')}: {body}" if title and title.lower() != "abstract" else body)
            joined = " ".join(part for part in parts if part)
            if joined:
                return joined
    return ""


def article_from(xml):
    root = ElementTree.parse(io.BytesIO(xml)).getroot()
    meta = root.find(".//front/article-meta")
    if meta is None:
        return None
    ids = {node.get("pub-id-type"): text_of(node) for node in meta.findall("article-id")}
    permissions = meta.find("permissions")
    licence = ElementTree.tostring(permissions, encoding="unicode") if permissions is not None else ""
    found = re.search(r"creativecommons\.org/(licenses/by/[\d.]+|publicdomain/zero/[\d.]+)", licence)
    if not found:
        return None
    authors = [
        ", ".join(filter(None, [text_of(name.find("surname")), text_of(name.find("given-names"))]))
        for name in meta.findall("contrib-group/contrib[@contrib-type='author']/name")
    ]
    years = [text_of(date.find("year")) for date in meta.findall("pub-date")]
    return {
        "pmcid": ids.get("pmc", "") if ids.get("pmc", "").startswith("PMC") else f"PMC{ids.get('pmc', '')}",
        "pmid": ids.get("pmid", ""),
        "doi": ids.get("doi", ""),
        "title": text_of(meta.find("title-group/article-title")),
        "abstract": abstract_of(meta),
        "authors": authors,
        "journal": text_of(root.find(".//front/journal-meta//journal-title")),
        "year": min((year for year in years if year), default=""),
        "licence": "https://" + found.group(0),
    }


def ris(article):
    lines = ["TY  - JOUR", f"TI  - {article['title']}"]
    lines += [f"AU  - {author}" for author in article["authors"]]
    lines += [f"T2  - {article['journal']}", f"PY  - {article['year']}", f"AB  - {article['abstract']}"]
    lines += [f"DO  - {article['doi']}", f"AN  - {article['pmid']}", "DB  - PubMed"]
    lines += [f"C2  - {article['pmcid']}", f"C1  - Licence {article['licence']}", "ER  - ", ""]
    return "\r\n".join(line for line in lines if not line.endswith("  - ") or line == "ER  - ")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    text = parser.parse_args().shared / "data" / "text"
    out = Path(__file__).parent / "review"
    articles = []
    for path in sorted((text / "pdfs" / "dev").glob("*.nxml")):
        articles.append(article_from(path.read_bytes()))
    with tarfile.open(text / "evidence_inference" / "dev" / "nxml_250_ccby.tar.gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda item: item.name):
            if member.isfile() and member.name.endswith(".nxml"):
                articles.append(article_from(archive.extractfile(member).read()))
    kept, seen = [], set()
    for article in articles:
        if article and article["title"] and len(article["abstract"]) > 200 and article["doi"] not in seen and article["authors"]:
            seen.add(article["doi"])
            kept.append(article)
    kept = sorted(kept[:LIMIT], key=lambda article: article["pmcid"])
    out.mkdir(parents=True, exist_ok=True)
    (out / "references.ris").write_text("\r\n".join(ris(article) for article in kept), encoding="utf-8", newline="")
    for name in PDFS:
        shutil.copyfile(text / "pdfs" / "dev" / f"{name}.pdf", out / f"{name}.pdf")
    rows = [
        f"- {article['authors'][0]}{' et al.' if len(article['authors']) > 1 else ''} {article['title']} "
        f"*{article['journal']}* {article['year']}. https://doi.org/{article['doi']} ({article['licence']})"
        for article in kept
    ]
    head = "# Attribution of the sample review\n\nTitles and abstracts as published, only laid out as RIS. Each article under the licence named.\n"
    head += f"Full texts included: {', '.join(PDFS)}.\n\n"
    (out / "ATTRIBUTION.md").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(kept)} records; {len(PDFS)} PDFs")


main()
