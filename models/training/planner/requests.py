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
# Sentences put together from parts, for training alone: so many that a single wording weighs little.
ASK = ["", "please ", "can you ", "could you ", "would you please ", "I want you to ", "I'd like you to ", "I need you to ", "let's ", "we should ", "now ", "kindly ", "try to ", "you should ", "go ahead and "]
OUTLINE_VERB = ["outline", "segment", "contour", "delineate", "mark", "trace", "draw", "show", "highlight", "mask", "measure", "label", "annotate", "circle", "localize", "find", "locate", "paint", "overlay", "get", "give me", "produce", "make", "map", "see", "display", "quantify", "define", "indicate", "draw round", "draw a line around", "see where"]
OUTLINE_NOUN = ["", "", "the extent of ", "the area of ", "the volume of ", "the size of ", "the outline of ", "the border of ", "a mask of ", "a contour of ", "the region of ", "an overlay of ", "a segmentation of ", "the shape of ", "the position of "]
OUTLINE_ASK = ["where {v} {x}?", "how big {v} {x}?", "how large {v} {x}?", "how much of this is {x}?", "which pixels are {x}?", "which region is {x}?", "what part is {x}?", "tell me where {x} {v}", "show me where {x} {v}", "tell me how big {x} {v}", "can {x} be outlined?", "can {x} be marked?", "could {x} be measured?", "could I see {x}?", "may I have {x} outlined?", "I would like {x} segmented", "I want {x} marked", "have {x} drawn", "let me have the area of {x}", "{x}: outline it", "{x}, where?", "{x} contour", "{x} volume", "{x} size?", "I want to know how much {x} there is"]
ADD = ["", "", "", "", " on it", " as a mask", " as an outline", " in colour", " precisely", " for the report", " for planning", " in the whole image", " and tell me the size"]
JUDGE_OPEN = ["is there", "are there", "do you see", "can you see", "do we see", "is there any", "any", "any sign of", "any signs of", "any evidence of", "any suggestion of", "do you think there is", "would you say this is", "does the patient have", "does he have", "does she have", "has he got", "could it be", "might this be", "should I worry about", "am I looking at", "does it show", "does the image show", "does the film show", "is it possible that there is", "tell me if there is", "check whether there is", "let me know if you find", "I wonder about", "what is the probability of", "how probable is", "what are the chances of", "we suspect", "I think it is", "I am afraid of", "exclude", "confirm", "rule out", "look for", "screen for", "search for", "test for", "assess", "evaluate for", "is the patient suffering from", "what do you think of", "something that points to", "anything that looks like", "do you suspect"]
JUDGE_CLOSE = ["", "", "", "", " or not", ", yes or no", " here", " at all", " in the lungs", " anywhere", " by any chance", ", do you think so"]
SUBJECT = ["kind of image", "type of image", "sort of picture", "modality", "imaging method", "technique", "kind of scan", "type of scan", "examination", "type of study", "kind of picture"]
META = ["what {s} is this", "which {s} is this", "which {s} was it", "tell me what {s} this is", "name the {s}", "do you know the {s}", "what {s} do I see", "what {s} am I looking at", "say which {s} it is", "is the {s} CT", "is the {s} MRI", "is the {s} x-ray", "which {s} do we have here", "please tell me the {s}", "I want to know the {s}", "what {s} was loaded", "recognise the {s}", "identify the {s}"]
SMALL_TALK = ["thanks", "thank you", "thanks a lot", "thank you so much", "thanks for that", "cheers", "great", "perfect", "very good", "nice", "good", "well done", "ok", "okay", "fine", "understood", "I see", "all right", "hello", "hi", "hey", "good morning", "good evening", "good day", "bye", "goodbye", "see you", "that is all", "nothing more", "no more questions", "stop", "never mind", "forget it", "who are you", "what are you", "what is your name", "help", "help me", "how does this work", "how do I use you", "what can you do", "what can I ask you", "what do you know", "what are you for", "which questions can I ask", "what kinds of questions can you answer", "which experts are there", "list the experts", "what experts are installed", "which models are installed", "what tools do you have", "show me the list of experts", "are you a doctor", "can I trust you", "how good are you", "I appreciate your help", "you were helpful", "good work", "thanks for helping"]
CASE = ["child", "boy", "girl", "man", "woman", "patient", "infant", "elderly man", "elderly woman", "baby", "smoker", "nurse"]
COMPLAINT = ["with fever", "with cough", "with dyspnoea", "with chest pain", "with headache", "with seizures", "after a fall", "after surgery", "before surgery", "with weight loss", "with abdominal pain", "in intensive care", "on a ventilator", "for follow-up", "after chemotherapy", "with known cancer", "from the emergency room", "with confusion"]
OPENING = ["hi", "hello", "dear team", "hey", "good morning", "sorry", "well", "so", "first", "next", "then", "urgent", "question", "one thing", "colleague", "doctor", "for teaching", "to be sure", "as discussed"]
CLOSING = ["please", "thanks", "thank you", "when you have time", "quickly", "as soon as possible", "for me", "again", "if possible", "now", "here", "in this patient", "on this image", "on the scan", "in the picture", "on the film", "carefully", "once more"]


def composed(kind: str, name: str | None, chance: random.Random) -> str:
    """A training sentence put together from parts."""
    if kind == "NO_EXPERT":
        if chance.random() < 0.5:
            return chance.choice(SMALL_TALK) + chance.choice(["", "!", ".", "?"])
        return chance.choice(META).replace("{s}", chance.choice(SUBJECT)) + chance.choice(["?", "", "."])
    thing = {"OUTLINE_ALL": ["everything", "all structures", "all of it", "what you can", "all that you know", "the structures", "it all", "this", "the image", "the entire image", "everything you recognise", "whatever there is"], "JUDGE_ALL": ["anything abnormal", "anything wrong", "a disease", "an abnormality", "any pathology", "some finding", "something unusual", "findings", "anything I should know", "something pathological", "anything of note"]}.get(kind)
    x = chance.choice(thing) if thing else chance.choice(["", "", "the "]) + chance.choice(SYNONYMS.get(name or "", [name or ""]))
    if kind in ("OUTLINE", "OUTLINE_ALL"):
        if kind == "OUTLINE" and chance.random() < 0.4:
            return chance.choice(OUTLINE_ASK).replace("{v}", chance.choice(["is", "are"])).replace("{x}", x)
        return chance.choice(ASK) + chance.choice(OUTLINE_VERB) + " " + chance.choice(OUTLINE_NOUN) + x + chance.choice(ADD)
    if kind == "JUDGE_ALL" and chance.random() < 0.4:
        return chance.choice(["is it", "is this", "does it look", "would you call it", "is the patient", "is everything", "is the image", "are the organs", "does this seem"]) + " " + chance.choice(["normal", "abnormal", "healthy", "all right", "fine", "pathological", "ok", "unremarkable", "sick", "suspicious"]) + "?"
    return chance.choice(JUDGE_OPEN) + " " + x + chance.choice(JUDGE_CLOSE) + chance.choice(["?", "?", ""])


def around(sentence: str, chance: random.Random) -> str:
    """Who the patient is, a greeting, a closing word: nothing that changes what is asked."""
    if chance.random() < 0.22:
        sentence = f"{chance.choice([str(chance.randrange(1, 95)) + '-year-old ', '', ''])}{chance.choice(CASE)} {chance.choice(COMPLAINT)}{chance.choice(['. ', ': ', ', '])}{sentence}"
    elif chance.random() < 0.22:
        sentence = f"{chance.choice(OPENING)}{chance.choice([', ', ': ', '. ', ' '])}{sentence}"
    if chance.random() < 0.25:
        mark = "?" if sentence.endswith("?") else ""
        sentence = f"{sentence.rstrip('?.')}{chance.choice([' ', ', '])}{chance.choice(CLOSING)}{mark}"
    return sentence


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
    """The same words as people type them: missing marks, a slip of a letter. The program lowers capitals first."""
    text = text.lower()
    if chance.random() < 0.3:
        text = text.rstrip("?.")
    elif chance.random() < 0.1 and text[-1:] not in "?.":
        text += "."
    if chance.random() < 0.05 and len(text) > 12:
        at = chance.randrange(3, len(text) - 2)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :] if chance.random() < 0.5 else text[:at] + text[at + 1 :]
    return text


def request(kind: str, name: str | None, held_out: bool, chance: random.Random) -> str:
    """One request of a kind (a list's name above) for a structure or finding, as somebody may type it."""
    if not held_out and chance.random() < 0.65:
        return typed(around(composed(kind, name, chance), chance), chance)
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
