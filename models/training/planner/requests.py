"""
What readers ask of an image, in many wordings, written by us. Each list is cut in two: the last part is
held out, so that the measured requests use sentences that training never saw (the names of structures and
findings are in both parts: a network trained from nothing cannot know a synonym that it never met).
"""

import random

# Names by which the arguments of the bundled experts are asked for.
SYNONYMS = {
    "lungs": ["lungs", "lung fields", "both lungs", "the lung", "lung", "pulmonary fields", "left and right lung", "aerated lung", "lung parenchyma", "lung area"],
    "gas": ["gas", "bowel gas", "free air", "air in the bowel", "intestinal gas", "air pockets", "free gas", "gas outside the lungs"],
    "bone": ["bone", "bones", "skeleton", "bony structures", "osseous structures", "spine and ribs", "the skeletal structures", "cortical bone"],
    "fat": ["fat", "body fat", "adipose tissue", "subcutaneous fat", "visceral fat", "fatty tissue"],
    "soft tissue": ["soft tissue", "soft tissues", "muscle and organs", "soft-tissue", "lean tissue", "muscle"],
    "FLAIR abnormality": ["FLAIR abnormality", "tumour", "tumor", "glioma", "lesion", "brain lesion", "hyperintensity", "hyperintense area", "FLAIR hyperintensity", "abnormal signal", "signal abnormality", "brain tumor", "oedema around the tumour", "white matter lesion", "the mass in the brain"],
    "pneumonia": ["pneumonia", "chest infection", "lung infection", "lower respiratory infection", "bacterial pneumonia", "signs of pneumonia", "lobar pneumonia"],
    "infiltration": ["infiltration", "infiltrates", "an infiltrate", "pulmonary infiltrates", "infiltrate"],
    "atelectasis": ["atelectasis", "lung collapse", "collapse of a lobe", "volume loss", "atelectatic lung", "plate atelectasis"],
    "edema": ["edema", "oedema", "pulmonary edema", "pulmonary oedema", "fluid overload", "pulmonary congestion", "lung oedema"],
    "effusion": ["effusion", "pleural effusion", "fluid around the lungs", "pleural fluid", "an effusion", "fluid in the pleural space", "effusions"],
}
# Structures and findings that made-up experts know, and that the bundled ones do not.
OTHER_STRUCTURES = [
    "liver", "spleen", "left kidney", "right kidney", "kidneys", "pancreas", "gallbladder", "stomach", "aorta", "heart", "bladder", "prostate",
    "hepatic tumor", "pancreatic tumor", "lung tumor", "bone lesion", "vertebrae", "ribs", "colon", "small bowel", "esophagus", "trachea",
    "adrenal glands", "portal vein", "inferior vena cava", "clavicle", "femur", "hippocampus", "ventricles", "white matter", "grey matter",
    "cerebellum", "brainstem", "tumor core", "enhancing tumor", "whole tumor", "thyroid", "uterus", "ovary", "breast", "nuclei", "gland", "lymph nodes",
    "coronary arteries", "left ventricle", "myocardium", "hematoma", "calcium", "pacemaker", "catheter", "diaphragm", "scapula", "mediastinum",
    "skin", "pelvis", "sacrum", "hip joint", "optic nerve", "pituitary", "thalamus", "corpus callosum", "duodenum", "appendix", "cyst", "stent",
]
OTHER_FINDINGS = [
    "pneumothorax", "cardiomegaly", "nodule", "consolidation", "fracture", "emphysema", "fibrosis", "hernia", "pleural thickening", "mass", "lung opacity",
    "hemorrhage", "stroke", "aneurysm", "pulmonary embolism", "metastases", "cirrhosis", "hydronephrosis", "appendicitis", "midline shift",
    "multiple sclerosis", "osteoporosis", "scoliosis", "tuberculosis", "enlarged heart", "rib fracture", "covid", "cancer", "infarct", "abscess",
    "dementia", "gallstones", "kidney stones", "bowel obstruction", "diverticulitis", "sarcoidosis", "mitosis", "dysplasia", "melanoma",
]

OUTLINE = [
    "outline the {x}", "segment the {x}", "segment {x}", "can you outline {x}?", "please outline the {x}", "draw a contour around the {x}", "contour the {x}",
    "show me the {x}", "mark the {x}", "delineate the {x}", "trace the {x}", "make a mask of the {x}", "I need a mask for the {x}", "where is the {x}?",
    "where are the {x}?", "highlight the {x}", "measure the {x}", "how large is the {x}?", "how big are the {x}?", "what is the volume of the {x}?",
    "what is the area of the {x}?", "could you segment the {x} in this image?", "please mark {x} on this picture", "{x} outline", "{x} segmentation",
    "{x} mask please", "do a segmentation of the {x}", "run the segmentation for {x}", "I would like to see the {x} outlined", "find the {x} and outline it",
    "label the {x}", "annotate the {x}", "overlay the {x}", "colour the {x}", "paint the {x}", "isolate the {x}", "extract the {x}", "locate the {x}",
    "show where the {x} is", "point out the {x}", "give me the boundary of the {x}", "circle the {x}", "quantify the {x}", "estimate the volume of the {x}",
    "what is the extent of the {x}?", "give me the size of the {x}", "draw the {x}", "put an outline on the {x}", "separate the {x} from the rest",
    "I want to measure {x}", "segment out {x}", "map the {x}", "define the borders of the {x}", "compute the {x} volume", "visualize the {x}",
    # held out
    "would you delineate the {x} for me?", "let me see where the {x} lies", "how much {x} is there?", "I'd like a contour of the {x}",
    "get me a {x} mask", "produce an outline of the {x}", "can the {x} be segmented?", "show the {x} as an overlay", "tell me the size of the {x}",
    "please draw round the {x}", "which part of the picture is {x}?", "could I have the {x} marked?",
]
JUDGE = [
    "is there {x}?", "is there any {x}?", "any {x}?", "does this show {x}?", "are there signs of {x}?", "signs of {x}?", "check for {x}", "look for {x}",
    "rule out {x}", "could this be {x}?", "do you see {x}?", "does the patient have {x}?", "is this {x}?", "evidence of {x}?", "classify for {x}",
    "what is the likelihood of {x}?", "how likely is {x}?", "assess for {x}", "screen for {x}", "evaluate for {x}", "{x}?", "{x} yes or no?",
    "detect {x}", "tell me whether there is {x}", "is {x} present?", "can you exclude {x}?", "suspected {x}, please check", "query {x}", "? {x}",
    "does this look like {x}?", "I am worried about {x}", "any evidence for {x} here?", "has this patient got {x}?", "am I missing {x}?",
    "do you find {x} on this image?", "would you call this {x}?", "is {x} likely?", "please look whether there is {x}", "{x} or not?", "rule in {x}",
    # held out
    "can {x} be seen?", "is there something that speaks for {x}?", "I suspect {x}; what do you think?", "have a look for {x} please",
    "would you say there is {x}?", "should I think of {x}?", "does it show any sign of {x}?", "what about {x}?", "could there be {x}?",
]
OUTLINE_ALL = [
    "segment this image", "outline everything", "segment everything you can", "make a segmentation", "segment it", "outline the structures",
    "please segment this", "run a segmentation", "do the segmentation", "segment all structures", "outline all you know", "contour everything",
    "which structures can you outline here? outline them", "draw all the outlines",
    # held out
    "give me a full segmentation", "please outline whatever you can", "segment the whole thing",
]
JUDGE_ALL = [
    "any findings?", "what are the findings?", "is this normal?", "is this image abnormal?", "classify this image", "classify the findings", "what is wrong here?",
    "what do you see?", "is there any disease?", "any pathology?", "is there anything abnormal?", "read this image", "what is the diagnosis?", "is it normal or abnormal?",
    "find abnormalities", "detect abnormalities", "any abnormality?", "report the findings", "look for disease", "what pathology is present?", "is everything normal?",
    "anything suspicious?", "are there any abnormal findings?", "which diseases does it show?",
    # held out
    "is there something wrong with this patient?", "could you check it for abnormalities?", "what does it show?", "does it look healthy?",
]
NO_EXPERT = [
    "what kind of image is this?", "which modality is this?", "what modality is it?", "is this a CT or an MR?", "is this an x-ray?", "what type of scan is this?",
    "what image is this?", "thanks", "thank you", "hello", "hi", "good morning", "what can you do?", "which experts are installed?", "help", "who are you?",
    "what can I ask?", "how do I use this?", "ok", "great, thanks", "never mind", "what is this?", "what sort of picture am I looking at?", "is it a chest film?",
    "is this a brain MRI?", "which imaging technique was used?", "how was this image made?", "thank you very much", "hello there", "which models do you have?",
    "good job", "that will be all", "who made you?", "what are you able to do?", "name the modality", "tell me the modality", "was this done with MRI?", "is this computed tomography?",
    # held out
    "can you tell what kind of scan I have here?", "many thanks for the help", "good afternoon", "what questions do you answer?", "which technique is it?", "is that an MRI?",
    "what experts do you have?",
]
HELD_OUT = {"OUTLINE": 12, "JUDGE": 9, "OUTLINE_ALL": 3, "JUDGE_ALL": 4, "NO_EXPERT": 7}

BEFORE = ["", "", "", "", "", "", "please, ", "hi, ", "hello, ", "child with fever and cough. ", "post-op day 2. ", "65-year-old man. ", "follow-up. ", "ok, ", "now ",
          "patient with shortness of breath. ", "new patient. ", "before the operation: ", "for the report: ", "quick question: ", "and ", "next, "]
AFTER = ["", "", "", "", "", "", " please", " thanks", " in this image", " on this film", " on this scan", " here", " for me", ", thank you", " now", " in this patient", " (urgent)"]
BEFORE_HELD_OUT = ["", "", "", "dear colleague, ", "woman, 40. ", "control after treatment. "]
AFTER_HELD_OUT = ["", "", "", " if you can", " on the picture", " today"]


def wordings(name: str, held_out: bool) -> list[str]:
    """The sentences of one kind of request, of the part that is trained on or of the part that is not."""
    sentences = globals()[name]
    cut = len(sentences) - HELD_OUT[name]
    return sentences[cut:] if held_out else sentences[:cut]


def typed(text: str, chance: random.Random) -> str:
    """The same words as people type them: capitals, missing marks, a slip of a letter."""
    if chance.random() < 0.3:
        text = text[:1].upper() + text[1:]
    elif chance.random() < 0.06:
        text = text.upper()
    if chance.random() < 0.3:
        text = text.rstrip("?.")
    elif chance.random() < 0.1 and text[-1:] not in "?.":
        text += "."
    if chance.random() < 0.08 and len(text) > 12:
        at = chance.randrange(3, len(text) - 2)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :] if chance.random() < 0.5 else text[:at] + text[at + 1 :]
    return text


def request(kind: str, name: str | None, held_out: bool, chance: random.Random) -> str:
    """One request of a kind (a list's name above) for a structure or finding, as somebody may type it."""
    sentence = chance.choice(wordings(kind, held_out))
    if name is not None:
        sentence = sentence.replace("{x}", chance.choice(SYNONYMS.get(name, [name])))
        sentence = sentence.replace("the both ", "both ").replace("the the ", "the ").replace("the an ", "the ").replace("any an ", "any ")
    if kind != "NO_EXPERT":
        before, after = (BEFORE_HELD_OUT, AFTER_HELD_OUT) if held_out else (BEFORE, AFTER)
        sentence = chance.choice(before) + sentence
        tail = chance.choice(after)
        sentence = sentence[:-1] + tail + "?" if sentence.endswith("?") and tail else sentence + tail
    return typed(sentence, chance)
