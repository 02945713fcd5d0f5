/** PubMed XML (PubmedArticleSet, as efetch and the PubMed export write it), articles and books. */
import { normaliseDoi, normalisePmid, normaliseYear } from "../normalise.ts";
import { emptyRecord, saysSomething, type ImportedRecord, type Sink } from "../record.ts";
import { childAt, childrenOf, textIn, type XmlNode } from "./xml-nodes.ts";
import { openXmlRecords, type TextReader } from "./xml-records.ts";

export function openPubmedXml(sink: Sink): TextReader {
  return openXmlRecords(sink, ["PubmedArticle", "PubmedBookArticle"], (element, line) => {
    const record =
      element.name === "PubmedArticle" ? articleRecord(element, line) : bookRecord(element, line);
    if (saysSomething(record)) sink.record(record);
    else sink.reject(line, "The record has no title, abstract, authors, DOI or PMID.");
  });
}

function articleRecord(element: XmlNode, line: number): ImportedRecord {
  const citation = childAt(element, "MedlineCitation");
  const article = childAt(citation, "Article");
  const journal = childAt(article, "Journal");
  const issue = childAt(journal, "JournalIssue");
  const record = emptyRecord(line);
  record.title =
    textIn(childAt(article, "ArticleTitle")) || textIn(childAt(article, "VernacularTitle"));
  record.abstract =
    abstractOf(childAt(article, "Abstract")) || abstractOf(childAt(citation, "OtherAbstract"));
  record.authors = childrenOf(childAt(article, "AuthorList"), "Author")
    .map(authorName)
    .filter(Boolean);
  record.year =
    normaliseYear(textIn(childAt(issue, "PubDate"))) ??
    normaliseYear(textIn(childAt(article, "ArticleDate")));
  record.journal =
    textIn(childAt(journal, "Title")) ||
    textIn(childAt(journal, "ISOAbbreviation")) ||
    textIn(childAt(citation, "MedlineJournalInfo", "MedlineTA"));
  record.pmid = normalisePmid(textIn(childAt(citation, "PMID")));
  record.doi = doiIn(article, childAt(element, "PubmedData", "ArticleIdList"));
  set(record, "volume", textIn(childAt(issue, "Volume")));
  set(record, "issue", textIn(childAt(issue, "Issue")));
  set(
    record,
    "pages",
    textIn(childAt(article, "Pagination", "MedlinePgn")) ||
      pageRange(childAt(article, "Pagination")),
  );
  set(record, "language", textIn(childAt(article, "Language")));
  set(record, "type", textIn(childAt(article, "PublicationTypeList", "PublicationType")));
  const headings = childrenOf(childAt(citation, "MeshHeadingList"), "MeshHeading").map(headingText);
  const keywords = [
    ...headings,
    ...childrenOf(childAt(citation, "KeywordList"), "Keyword").map((word) => textIn(word)),
  ].filter(Boolean);
  if (keywords.length > 0) record.keywords = keywords;
  keepRest(record, element, citation, article, journal);
  return record;
}

function bookRecord(element: XmlNode, line: number): ImportedRecord {
  const document = childAt(element, "BookDocument");
  const book = childAt(document, "Book");
  const record = emptyRecord(line);
  const bookTitle = textIn(childAt(book, "BookTitle"));
  record.title = textIn(childAt(document, "ArticleTitle")) || bookTitle;
  record.journal = record.title === bookTitle ? "" : bookTitle;
  record.abstract = abstractOf(childAt(document, "Abstract"));
  const lists = [...childrenOf(document, "AuthorList"), ...childrenOf(book, "AuthorList")];
  record.authors = (lists[0]?.children ?? [])
    .filter((child) => child.name === "Author")
    .map(authorName)
    .filter(Boolean);
  record.year =
    normaliseYear(textIn(childAt(book, "PubDate"))) ??
    normaliseYear(textIn(childAt(document, "ContributionDate")));
  record.pmid = normalisePmid(textIn(childAt(document, "PMID")));
  record.doi = doiIn(book, childAt(document, "ArticleIdList"));
  set(record, "language", textIn(childAt(document, "Language")));
  set(record, "type", textIn(childAt(document, "PublicationType")) || "Book");
  return record;
}

function set(
  record: ImportedRecord,
  field: "volume" | "issue" | "pages" | "language" | "type",
  value: string,
): void {
  if (value !== "") record[field] = value;
}

function pageRange(pagination: XmlNode | undefined): string {
  const start = textIn(childAt(pagination, "StartPage"));
  const end = textIn(childAt(pagination, "EndPage"));
  return end ? `${start}-${end}` : start;
}

/** Sections in order, one a line, labels kept ("BACKGROUND: …"). */
function abstractOf(abstract: XmlNode | undefined): string {
  return childrenOf(abstract, "AbstractText")
    .map((section) => {
      const label = section.attributes["Label"] ?? "";
      const text = textIn(section);
      return label !== "" && label !== "UNLABELLED" && text !== "" ? `${label}: ${text}` : text;
    })
    .filter(Boolean)
    .join("\n");
}

function authorName(author: XmlNode): string {
  const family = textIn(childAt(author, "LastName"));
  if (family === "") return textIn(childAt(author, "CollectiveName"));
  const given = textIn(childAt(author, "ForeName")) || textIn(childAt(author, "Initials"));
  const suffix = textIn(childAt(author, "Suffix"));
  return `${family}${given ? `, ${given}` : ""}${suffix ? `, ${suffix}` : ""}`;
}

function headingText(heading: XmlNode): string {
  const qualifiers = childrenOf(heading, "QualifierName").map((name) => textIn(name));
  return [textIn(childAt(heading, "DescriptorName")), ...qualifiers].join("/");
}

function doiIn(holder: XmlNode | undefined, ids: XmlNode | undefined): string {
  const marked = [
    ...childrenOf(holder, "ELocationID").filter(
      (id) => id.attributes["EIdType"] === "doi" && id.attributes["ValidYN"] !== "N",
    ),
    ...childrenOf(ids, "ArticleId").filter((id) => id.attributes["IdType"] === "doi"),
  ];
  for (const id of marked) {
    const doi = normaliseDoi(textIn(id));
    if (doi !== "") return doi;
  }
  return "";
}

function keepRest(
  record: ImportedRecord,
  element: XmlNode,
  citation: XmlNode | undefined,
  article: XmlNode | undefined,
  journal: XmlNode | undefined,
): void {
  const keep = (name: string, values: string[]): void => {
    const found = values.filter(Boolean);
    if (found.length > 0) record.extra[name] = found;
  };
  keep("ISSN", [textIn(childAt(journal, "ISSN"))]);
  keep("ISOAbbreviation", [textIn(childAt(journal, "ISOAbbreviation"))]);
  keep(
    "PublicationType",
    childrenOf(childAt(article, "PublicationTypeList"), "PublicationType").map((type) =>
      textIn(type),
    ),
  );
  keep(
    "PMC",
    childrenOf(childAt(element, "PubmedData", "ArticleIdList"), "ArticleId")
      .filter((id) => id.attributes["IdType"] === "pmc")
      .map((id) => textIn(id)),
  );
  keep(
    "Registry",
    childrenOf(childAt(article, "DataBankList"), "DataBank").flatMap((bank) =>
      childrenOf(childAt(bank, "AccessionNumberList"), "AccessionNumber").map((id) => textIn(id)),
    ),
  );
  keep("VernacularTitle", [textIn(childAt(article, "VernacularTitle"))]);
  keep("Status", [citation?.attributes["Status"] ?? ""]);
  keep(
    "Comments",
    childrenOf(childAt(citation, "CommentsCorrectionsList"), "CommentsCorrections").map((note) =>
      `${note.attributes["RefType"] ?? ""} ${textIn(childAt(note, "PMID"))}`.trim(),
    ),
  );
}
