"""
What readers ask of an image, in many wordings, written by us. Each list is cut in two: the last part is
held out, so that the measured requests use sentences that training never saw (the names of structures and
findings are in both parts: a network trained from nothing cannot know a synonym that it never met). A third
part, VALIDATION, is neither trained on nor reported: training is tuned on what goes wrong there. A fourth, FRESH,
was written before the network of version 1.1.0 was trained and is measured on alone: what failed on the older
held-out part had been seen by then.
"""

import random
import re
from functools import cache

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
# For training and validation alone: one side of what is known as both.
MORE_SYNONYMS = {
    "lungs": ["left lung", "right lung", "left lung only", "only the right lung", "lung on the left", "lungs only"],
    "bone": ["ribs and spine", "bone only"], "fat": ["fat only", "only fat", "fat tissue"], "gas": ["only the gas"], "soft tissue": ["soft tissue only"],
    "FLAIR abnormality": ["bright area", "high signal", "tumour region", "abnormal region", "abnormality"],
}
# Parts of the body that are judged as a whole: "are the lungs clear?" asks for findings, not for an outline.
PARTS = ["lungs", "lung fields", "lung", "left lung", "right lung", "both lungs", "chest", "heart", "pleura", "mediastinum", "bones", "ribs", "spine", "brain", "abdomen", "liver", "head", "belly", "bowel", "airways", "diaphragm", "costophrenic angles", "white matter", "lung bases"]
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
# Written before any network was tried on them; what goes wrong here says what training lacks.
VALIDATION = {
    "OUTLINE": ["I want a line around the {x}", "let's get the {x} delineated", "kindly trace out the {x}", "how extensive is the {x}?", "what size is the {x}?", "do you have a mask for the {x}?",
                "the {x}, please, as a contour", "shade the {x}", "find me the {x}", "give the {x} a colour", "which bit is the {x}?", "pick out the {x}", "I would need the {x} volume", "surround the {x} with a line"],
    "JUDGE": ["do I need to think about {x}?", "any hint of {x}?", "would {x} fit?", "is that {x} I'm seeing?", "can we rule {x} out?", "how sure are you about {x}?", "suspicious for {x}?",
              "is {x} visible?", "anything to suggest {x}?", "does it look like {x} to you?", "please comment on {x}", "could he be having {x}?"],
    "OUTLINE_ALL": ["mark up every structure", "contour all that can be contoured", "I want all the structures outlined", "label all the anatomy", "do an automatic segmentation of this", "split it into its parts", "every outline you have, please"],
    "JUDGE_ALL": ["is there a problem here?", "give me your impression", "what's going on in this one?", "normal or not?", "anything I should worry about?", "tell me what you make of it", "any concerns?"],
    "JUDGE_PART": ["do the {x} look ok to you?", "are the {x} in order?", "what about disease of the {x}?", "{x}: healthy?", "is the {x} free of disease?", "did you find something in the {x}?"],
    "NO_EXPERT": ["what did I just open?", "is this plain film or CT?", "cheers for that", "good evening", "tell me about yourself", "what are my options here?", "how was this picture taken?", "is it magnetic resonance?", "was that all?", "you can stop now"],
}
BEFORE_VALIDATION = ["", "", "", "fyi, ", "man, 71, heavy smoker. ", "second opinion: "]
AFTER_VALIDATION = ["", "", "", " asap", " in this case", " when you can"]
# Measured on alone, and not looked at before a version is chosen.
FRESH = {
    "OUTLINE": ["run your marker along the {x}", "could you map out the {x} for me?", "I'd want to know the dimensions of the {x}", "put a mask over the {x}", "show only the {x}", "what does the {x} measure?", "the {x} needs contouring",
                "can we have the {x} highlighted in the picture?", "where exactly does the {x} sit?", "auto-contour the {x}", "{x} delineation", "how much volume does the {x} take up?", "compute a mask of the {x} for radiotherapy",
                "I have to draw the {x}, do it for me", "whereabouts is the {x}?", "give me the {x} as a region of interest"],
    "JUDGE": ["am I right that this is {x}?", "do the signs fit with {x}?", "any reason to suspect {x}?", "what would you say about {x} here?", "please screen this for {x}", "I can't decide whether there is {x}", "the referring doctor asks about {x}",
              "is {x} excluded?", "does anything suggest {x}?", "chance of {x}?", "would you treat this as {x}?", "has the {x} resolved?", "how probable do you think {x} is?", "{x} - present or absent?", "can you confirm {x}?", "is there evidence for {x} or not?"],
    "OUTLINE_ALL": ["contour the complete study", "could you partition this picture?", "give me outlines for all that's visible", "run every contour you know", "auto-segment please", "I'd like a label on each structure", "do your outlines",
                    "what can you outline? go ahead", "segmentation, all of it", "mark whatever you recognise", "please produce all available contours"],
    "JUDGE_ALL": ["how does this look to you?", "would a radiologist call this abnormal?", "summarise the pathology", "is this patient well?", "what's the matter in this image?", "please look this over for pathology", "tell me if something is off",
                  "does anything stand out?", "are we dealing with a sick patient?", "what findings would you report?", "is all as it should be?", "give a diagnosis"],
    "JUDGE_PART": ["would you say the {x} looks fine?", "the {x}, anything abnormal?", "how about the {x}: any disease?", "are there changes in the {x}?", "is there pathology affecting the {x}?", "does the {x} worry you?", "do you consider the {x} normal?"],
    "NO_EXPERT": ["could you say which type of imaging this is?", "is what I am viewing a CT?", "I appreciate it", "good to see you", "what's the imaging modality used here?", "which things may I ask you?", "list what you can do", "hey, are you working?",
                  "am I seeing an MR image?", "what is your purpose?", "is it x-ray or CT?", "okay, that's enough for today", "how does one use this program?", "which machine produced this picture?", "thanks, you can close it"],
}
BEFORE_FRESH = ["", "", "", "ward round: ", "boy, 6, coughing. ", "for my thesis: ", "quickly: "]
AFTER_FRESH = ["", "", "", " for the tumour board", " before rounds", ", if you would", " on this one"]
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


# What is asked for as a thing: "a complete delineation", "the contours".
ALL_OUTLINED = ["segmentation", "delineation", "set of outlines", "contouring", "labelling", "annotation", "set of masks", "label map", "segmentation map", "partition", "map of the structures", "contour set"]
ALL_HOW = ["", "", "complete ", "total ", "comprehensive ", "automatic ", "quick ", "detailed ", "general ", "overall ", "careful ", "proper ", "rough ", "new ", "first ", "clean ", "anatomical ", "thorough "]
ALL_GET = ["get me", "give me", "make", "produce", "do", "run", "create", "provide", "perform", "I want", "I need", "I'd like", "could I have", "let me have", "prepare", "generate", "start", "may I have", "we need", "show me", "can you make", "is it possible to get", "how about", "please send"]
ALL_THINGS = ["everything", "all structures", "all of it", "what you can", "all that you know", "the structures", "it all", "this", "the image", "the entire image", "everything you recognise", "whatever there is", "the complete picture", "the lot", "each structure", "every organ", "all organs", "all the tissues", "anything you recognise", "as much as you can", "as many structures as you can", "the anatomy", "all parts", "the individual structures", "all there is to see", "what is there", "what you know", "each region", "the regions", "every part of the image"]
JUDGE_ASK = ["{x}, do you agree?", "would {x} be possible?", "is it {x}?", "{x} present?", "is {x} possible?", "is {x} something you see?", "can you find {x}?", "can one see {x}?", "do you notice {x}?", "will this be {x}?", "is {x} there?", "has {x} gone?", "is the {x} gone?", "is the {x} better?", "can {x} be excluded?", "could {x} explain it?", "does {x} explain this?", "what speaks against {x}?", "are you sure it is not {x}?", "please comment whether there is {x}", "please confirm {x}", "tell me about {x}", "{x} again?", "how about {x}?", "think of {x}?", "do I have to consider {x}?", "must I consider {x}?", "I thought of {x}, right?", "my guess is {x}, yours?", "differential is {x}", "history of {x}, still there?", "have you seen {x}?", "watch out for {x}", "keep an eye out for {x}", "see if there is {x}", "see whether it shows {x}", "give me the odds of {x}", "score {x}", "grade the {x}", "probability of {x}?", "is there a chance of {x}?", "could the shadow be {x}?", "might it be {x} after all?", "convince me that it is not {x}"]
MORE_ASK = ["how extensive {v} {x}, roughly?", "how wide {v} {x}?", "how much space does {x} take?", "give {x} an outline", "give {x} a mask", "give {x} another colour", "put {x} in colour", "fill {x} with colour", "draw a border around {x}", "run a line round {x}", "take out {x}", "cut out {x}", "crop {x}", "separate {x}", "split off {x}", "single out {x}", "frame {x}", "encircle {x}", "fence in {x}", "sketch {x}", "capture {x}", "tint {x}", "is it possible to outline {x}?", "would it be possible to mark {x}?", "who can outline {x}?", "I'm looking for {x}", "I'm interested in {x}, mark it", "I have to measure {x}", "we have to know the volume of {x}", "what volume does {x} have?", "what area does {x} cover?", "what share of this is {x}?", "what amount of {x} do you find, in ml?", "how many ml of {x} are there?", "the outline of {x}", "the area of {x}", "the borders of {x}", "an overlay with {x}", "a segmentation with {x}", "only {x}", "just {x}", "{x} only please", "{x} as a mask", "{x} in red", "mask for {x}", "borders of {x}?", "extent of {x}?"]
JUDGE_ALL_ASK = ["your opinion?", "what is your reading?", "what do you make of this one?", "what do you think?", "assess this", "interpret this", "interpret the image", "evaluate the image", "give a reading", "give me a read", "give me a second opinion", "is there cause for concern?", "should I be concerned?", "is the patient ill?", "what does the patient have?", "what could it be?", "what is this patient suffering from?", "why is the patient ill?", "anything?", "something there?", "all clear?", "clear?", "is it clear?", "is anything out of the ordinary?", "nothing wrong, right?", "do you agree that it is normal?", "is there more than I see?", "did I miss something?", "what did I overlook?", "problems?", "all good?", "check it", "check this image", "check this patient", "have this read", "tell me the result", "result?", "classification please", "run the classifier", "run the classification", "sort it: normal or abnormal", "triage this"]
JUDGE_PART = ["are the {x} clear?", "is the {x} clear?", "are the {x} normal?", "is the {x} normal?", "is the {x} healthy?", "are the {x} healthy?", "is the {x} abnormal?", "are the {x} affected?", "{x} clear?", "{x} normal?", "{x} ok?", "is everything all right with the {x}?", "anything wrong with the {x}?", "anything wrong in the {x}?", "what is wrong with the {x}?", "how do the {x} look?", "how does the {x} look?", "how is the {x}?", "do the {x} look normal?", "does the {x} look normal?", "does the {x} look healthy to you?", "is there disease in the {x}?", "is there a finding in the {x}?", "any findings in the {x}?", "any abnormality of the {x}?", "any pathology in the {x}?", "is something the matter with the {x}?", "assess the {x}", "judge the {x}", "evaluate the {x}", "check the {x}", "comment on the {x}", "tell me about the {x}", "report on the {x}", "read the {x}", "diagnose the {x}", "are there any problems with the {x}?", "is there anything in the {x}?", "do you see anything in the {x}?", "what do you see in the {x}?", "are the {x} free?", "is the {x} unremarkable?", "are the {x} unremarkable?", "are both {x} ok?", "do the {x} show disease?", "is the {x} diseased?", "are the {x} ill?", "would you call the {x} normal?", "classify the {x}", "findings in the {x}?"]
MORE_SMALL_TALK = ["what have we here", "what file is this", "what have I loaded", "which picture is that", "where does this image come from", "how did they make this", "how is such an image made", "which machine made this", "is that magnetic resonance imaging", "is it computed tomography", "is it a radiograph", "is it a plain radiograph", "film or scan", "was it CT", "was it an x-ray", "x-ray or MRI", "CT or MRI", "introduce yourself", "what should I know about you", "what are your limits", "what is possible here", "what do you offer", "what could I do next", "that was it", "that was everything", "end", "quit", "good night", "greetings", "many greetings", "lovely", "excellent", "super", "got it", "no", "yes", "right", "sure", "sorry", "one moment", "wait", "back again", "let us begin", "are you there", "are you ready", "much obliged", "that helps", "very kind"]

# Questions of yes or no about what the image is.
IS_IT = ["is it", "is this", "is that", "was it", "was this", "so this is", "this is", "am I looking at", "do I look at", "do we have", "have I opened", "is the image", "is the file", "is my picture", "would you say it is", "I think it is", "it looks like", "isn't it", "could this be", "did they do", "was it made by", "was it done by", "did somebody take", "do you know if it is", "can you tell if this is"]
KIND_NAMES = ["CT", "a CT", "a CT scan", "computed tomography", "a computed tomogram", "MRI", "an MRI", "MR", "an MR scan", "an MR image", "a magnetic resonance scan", "magnetic resonance imaging", "an x-ray", "a radiograph", "a chest film", "a chest x-ray", "plain film", "a plain film", "an ultrasound", "a brain scan", "a slice", "a microscopy image", "a photograph", "a PET scan", "a mammogram"]
# What is asked of the program itself.
ABOUT_YOU = ["what", "tell me what", "explain what", "I wonder what", "let me know what", "say what", "show me what", "I forgot what", "please tell me what"]
YOU_DO = ["you are", "you do", "you can do", "you know", "you offer", "your name is", "your job is", "I can ask", "I can do here", "I may ask you", "I could try", "is installed", "is possible", "there is to choose", "the choices are", "the program does", "this tool is for", "you were made for", "you cannot do", "comes next", "the buttons do", "experts there are", "models you use"]


def composed(kind: str, name: str | None, chance: random.Random) -> str:
    """A training sentence put together from parts."""
    if kind == "NO_EXPERT":
        other = chance.random()
        if other < 0.2:
            return chance.choice(IS_IT) + " " + chance.choice(KIND_NAMES) + chance.choice(["?", "?", "", ", right?", " or not?", " or " + chance.choice(KIND_NAMES) + "?"])
        if other < 0.3:
            return chance.choice(ABOUT_YOU) + " " + chance.choice(YOU_DO) + chance.choice(["", "", "."])
        if chance.random() < 0.5:
            return chance.choice(SMALL_TALK + MORE_SMALL_TALK) + chance.choice(["", "!", ".", "?"])
        return chance.choice(META).replace("{s}", chance.choice(SUBJECT)) + chance.choice(["?", "", "."])
    thing = {"OUTLINE_ALL": ALL_THINGS, "JUDGE_ALL": ["anything abnormal", "anything wrong", "a disease", "an abnormality", "any pathology", "some finding", "something unusual", "findings", "anything I should know", "something pathological", "anything of note", "a problem", "something to worry about", "any reason for concern", "an illness", "something bad", "anything new", "anything striking", "a change", "something I should treat"]}.get(kind)
    if kind == "OUTLINE_ALL" and chance.random() < 0.5:
        return chance.choice(ALL_GET) + " " + chance.choice(["a ", "a ", "the ", "your ", ""]) + chance.choice(ALL_HOW) + chance.choice(ALL_OUTLINED) + chance.choice(["", "", "", " of it", " of this", " of the image", " of this one", " of all structures"])
    if kind == "OUTLINE_ALL" and chance.random() < 0.3:
        return chance.choice(["I want {x} {d}", "I need {x} {d}", "please have {x} {d}", "could {x} be {d}?", "let's see {x} {d}", "have {x} {d}", "get {x} {d}", "I'd like to have {x} {d}"]).replace("{x}", chance.choice(ALL_THINGS)).replace("{d}", chance.choice(["outlined", "segmented", "marked", "contoured", "labelled", "delineated", "coloured", "drawn", "masked", "annotated", "separated"]))
    if kind == "JUDGE_ALL" and chance.random() < 0.35:
        return chance.choice(JUDGE_ALL_ASK)
    if kind == "JUDGE_PART":
        return chance.choice(JUDGE_PART).replace("{x}", chance.choice(PARTS))
    x = chance.choice(thing) if thing else chance.choice(["", "", "the "]) + chance.choice(SYNONYMS.get(name or "", [name or ""]) + (MORE_SYNONYMS.get(name or "", []) if kind == "OUTLINE" else []))
    if kind in ("OUTLINE", "OUTLINE_ALL"):
        if kind == "OUTLINE" and chance.random() < 0.4:
            return chance.choice(OUTLINE_ASK + MORE_ASK).replace("{v}", chance.choice(["is", "are"])).replace("{x}", x)
        return chance.choice(ASK) + chance.choice(OUTLINE_VERB) + " " + chance.choice(OUTLINE_NOUN) + x + chance.choice(ADD)
    if kind == "JUDGE_ALL" and chance.random() < 0.4:
        return chance.choice(["is it", "is this", "does it look", "would you call it", "is the patient", "is everything", "is the image", "are the organs", "does this seem"]) + " " + chance.choice(["normal", "abnormal", "healthy", "all right", "fine", "pathological", "ok", "unremarkable", "sick", "suspicious"]) + "?"
    if kind == "JUDGE" and chance.random() < 0.4:
        return chance.choice(JUDGE_ASK).replace("{x}", x).replace("the the ", "the ")
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


WRITTEN_APART = {"validation": VALIDATION, "fresh": FRESH}


def wordings(name: str, part: str) -> list[str]:
    """The sentences of one kind of request, of a part: "train", "validation", "held_out" or "fresh"."""
    if part in WRITTEN_APART:
        return WRITTEN_APART[part][name]
    sentences = globals()[name]
    cut = len(sentences) - HELD_OUT.get(name, 0)
    return sentences[cut:] if part == "held_out" else sentences[:cut]


def plain(text: str) -> str:
    return re.sub(r"[^a-z{}]+", " ", text.lower().replace("the {x}", "{x}")).strip()


@cache
def kept_away() -> list[re.Pattern]:
    """The sentences that are measured on, whatever stands for {x}: nothing that is trained on may be one of them."""
    measured = [sentence for sentences in [*VALIDATION.values(), *FRESH.values(), *(wordings(name, "held_out") for name in HELD_OUT)] for sentence in sentences]
    return [re.compile(".+".join(re.escape(half) for half in plain(sentence).split("{x}"))) for sentence in measured]


def typed(text: str, chance: random.Random, slips: float = 0.05) -> str:
    """The same words as people type them: missing marks, a slip of a letter. The program lowers capitals first."""
    text = text.lower()
    if chance.random() < 0.3:
        text = text.rstrip("?.")
    elif chance.random() < 0.1 and text[-1:] not in "?.":
        text += "."
    if chance.random() < slips and len(text) > 12:
        at = chance.randrange(3, len(text) - 2)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :] if chance.random() < 0.5 else text[:at] + text[at + 1 :]
    return text


def request(kind: str, name: str | None, part: str, chance: random.Random) -> str:
    """One request of a kind (a list's name above) for a structure or finding, as somebody may type it."""
    if part == "train" and chance.random() < 0.75:
        sentence = composed(kind, name, chance)
        while any(pattern.fullmatch(plain(sentence)) for pattern in kept_away()):
            sentence = composed(kind, name, chance)
        return typed(around(sentence, chance), chance, 0.15)
    sentence = chance.choice(wordings(kind, part))
    while part == "train" and any(pattern.fullmatch(plain(sentence)) for pattern in kept_away()):
        sentence = chance.choice(wordings(kind, part))
    if kind == "JUDGE_PART":
        sentence = sentence.replace("{x}", chance.choice(PARTS))
    if name is not None:
        sentence = sentence.replace("{x}", chance.choice(SYNONYMS.get(name, [name])))
        sentence = sentence.replace("the both ", "both ").replace("the the ", "the ").replace("the an ", "the ").replace("any an ", "any ")
    if kind != "NO_EXPERT":
        before, after = {"train": (BEFORE, AFTER), "validation": (BEFORE_VALIDATION, AFTER_VALIDATION), "held_out": (BEFORE_HELD_OUT, AFTER_HELD_OUT), "fresh": (BEFORE_FRESH, AFTER_FRESH)}[part]
        sentence = chance.choice(before) + sentence
        tail = chance.choice(after)
        sentence = sentence[:-1] + tail + "?" if sentence.endswith("?") and tail else sentence + tail
    return typed(sentence, chance)
