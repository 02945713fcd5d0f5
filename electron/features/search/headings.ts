/**
 * A small own table of common clinical concepts: the MeSH heading, and words that mean the same. It
 * spares typing; it is no thesaurus. A concept that is not here gets no heading rather than a guess.
 * Heading names as in MeSH (U.S. National Library of Medicine).
 */
export type Concept = { heading: string; words: string[] };

const rows = `
Myocardial Infarction|heart attack|myocardial infarction|acute coronary infarction
Heart Failure|heart failure|cardiac failure|congestive heart failure|cardiac insufficiency
Atrial Fibrillation|atrial fibrillation|auricular fibrillation
Hypertension|hypertension|high blood pressure
Coronary Disease|coronary heart disease|coronary artery disease|ischemic heart disease
Stroke|stroke|cerebrovascular accident|brain infarction
Venous Thromboembolism|venous thromboembolism
Venous Thrombosis|deep vein thrombosis|deep venous thrombosis|venous thrombosis
Pulmonary Embolism|pulmonary embolism|pulmonary thromboembolism|lung embolism
Diabetes Mellitus, Type 2|type 2 diabetes mellitus|type 2 diabetes|non-insulin-dependent diabetes|adult-onset diabetes
Diabetes Mellitus, Type 1|type 1 diabetes mellitus|type 1 diabetes|insulin-dependent diabetes|juvenile diabetes
Diabetes, Gestational|gestational diabetes
Obesity|obesity|obese
Asthma|asthma
Pulmonary Disease, Chronic Obstructive|chronic obstructive pulmonary disease|chronic obstructive lung disease|chronic obstructive airway disease
Pneumonia|pneumonia|lung infection
Tuberculosis|tuberculosis
COVID-19|covid-19|coronavirus disease 2019|sars-cov-2 infection
Influenza, Human|influenza|flu
HIV Infections|hiv infection|human immunodeficiency virus infection
Malaria|malaria
Sepsis|sepsis|septicemia|bloodstream infection
Urinary Tract Infections|urinary tract infection
Hepatitis C|hepatitis c
Hepatitis B|hepatitis b
Cross Infection|healthcare-associated infection|hospital-acquired infection|nosocomial infection
Surgical Wound Infection|surgical site infection|surgical wound infection
Depressive Disorder|depression|depressive disorder|major depression
Anxiety Disorders|anxiety disorder|anxiety
Schizophrenia|schizophrenia
Bipolar Disorder|bipolar disorder|manic depression
Dementia|dementia
Alzheimer Disease|alzheimer disease|alzheimer's disease
Parkinson Disease|parkinson disease|parkinson's disease
Multiple Sclerosis|multiple sclerosis
Epilepsy|epilepsy|seizure disorder
Migraine Disorders|migraine
Sleep Initiation and Maintenance Disorders|insomnia|sleeplessness
Stroke Rehabilitation|stroke rehabilitation
Osteoarthritis|osteoarthritis|degenerative arthritis
Arthritis, Rheumatoid|rheumatoid arthritis
Osteoporosis|osteoporosis
Low Back Pain|low back pain|lumbago
Hip Fractures|hip fracture|femoral neck fracture
Breast Neoplasms|breast cancer|breast neoplasm|breast tumor|mammary cancer
Lung Neoplasms|lung cancer|lung neoplasm|pulmonary neoplasm
Carcinoma, Non-Small-Cell Lung|non-small cell lung cancer|non-small-cell lung carcinoma
Colorectal Neoplasms|colorectal cancer|bowel cancer|colorectal neoplasm
Prostatic Neoplasms|prostate cancer|prostatic neoplasm
Stomach Neoplasms|gastric cancer|stomach cancer
Pancreatic Neoplasms|pancreatic cancer
Uterine Cervical Neoplasms|cervical cancer|cervix cancer
Melanoma|melanoma
Leukemia|leukemia
Neoplasms|cancer|neoplasm|malignancy|tumor
Renal Insufficiency, Chronic|chronic kidney disease|chronic renal insufficiency|chronic renal failure
Acute Kidney Injury|acute kidney injury|acute renal failure
Gastroesophageal Reflux|gastroesophageal reflux|acid reflux|heartburn
Inflammatory Bowel Diseases|inflammatory bowel disease
Crohn Disease|crohn disease|crohn's disease
Colitis, Ulcerative|ulcerative colitis
Liver Cirrhosis|liver cirrhosis|hepatic cirrhosis
Diarrhea|diarrhea
Anemia|anemia
Anemia, Iron-Deficiency|iron deficiency anemia
Pregnancy|pregnancy|pregnant
Pre-Eclampsia|pre-eclampsia|preeclampsia
Premature Birth|preterm birth|premature birth|preterm labor
Infant, Premature|preterm infant|premature infant
Infant, Newborn|newborn|neonate|neonatal
Child|child|children|pediatric
Adolescent|adolescent|teenager
Aged|older adult|elderly|older people
Critical Illness|critical illness|critically ill
Pain, Postoperative|postoperative pain
Chronic Pain|chronic pain
Psoriasis|psoriasis
Dermatitis, Atopic|atopic dermatitis|atopic eczema
Glaucoma|glaucoma
Cataract|cataract
Periodontitis|periodontitis
Burns|burns|burn injury
Wounds and Injuries|trauma|injury
Shock, Septic|septic shock
Respiratory Distress Syndrome|acute respiratory distress syndrome
Respiration, Artificial|mechanical ventilation|artificial ventilation
Exercise|exercise|physical activity|physical training
Exercise Therapy|exercise therapy|exercise training|physical exercise therapy
Cognitive Behavioral Therapy|cognitive behavioral therapy|cognitive therapy
Psychotherapy|psychotherapy
Mindfulness|mindfulness|mindfulness-based stress reduction
Telemedicine|telemedicine|telehealth|remote consultation
Vaccination|vaccination|immunization
Anti-Bacterial Agents|antibiotic|antibacterial agent
Anticoagulants|anticoagulant
Aspirin|aspirin|acetylsalicylic acid
Metformin|metformin
Insulin|insulin
Hydroxymethylglutaryl-CoA Reductase Inhibitors|statin|hmg-coa reductase inhibitor
Sodium-Glucose Transporter 2 Inhibitors|sglt2 inhibitor|sodium-glucose cotransporter 2 inhibitor|gliflozin
Glucagon-Like Peptide-1 Receptor Agonists|glp-1 receptor agonist|glucagon-like peptide-1 receptor agonist
Adrenergic beta-Antagonists|beta-blocker|beta blocker|adrenergic beta antagonist
Angiotensin-Converting Enzyme Inhibitors|ace inhibitor|angiotensin-converting enzyme inhibitor
Adrenal Cortex Hormones|corticosteroid|glucocorticoid
Anti-Inflammatory Agents, Non-Steroidal|non-steroidal anti-inflammatory drug
Selective Serotonin Reuptake Inhibitors|selective serotonin reuptake inhibitor
Antidepressive Agents|antidepressant
Antipsychotic Agents|antipsychotic|neuroleptic
Probiotics|probiotic
Vitamin D|vitamin d|cholecalciferol
Iron|iron supplementation
Acupuncture Therapy|acupuncture
Chemotherapy, Adjuvant|adjuvant chemotherapy
Immune Checkpoint Inhibitors|immune checkpoint inhibitor|pd-1 inhibitor|checkpoint blockade
Radiotherapy|radiotherapy|radiation therapy
Smoking Cessation|smoking cessation|quitting smoking
Bariatric Surgery|bariatric surgery
Arthroplasty, Replacement, Knee|total knee arthroplasty|knee replacement
Arthroplasty, Replacement, Hip|total hip arthroplasty|hip replacement
Magnetic Resonance Imaging|magnetic resonance imaging
Tomography, X-Ray Computed|computed tomography
Ultrasonography|ultrasound|ultrasonography|sonography
Radiography, Thoracic|chest radiograph|chest x-ray
Deep Learning|deep learning
Artificial Intelligence|artificial intelligence
Mortality|mortality|death rate
Quality of Life|quality of life
Hospitalization|hospitalization|hospital admission
`;

export const concepts: Concept[] = rows
  .trim()
  .split("\n")
  .map((row) => {
    const [heading = "", ...words] = row.split("|");
    return { heading, words };
  });

/** Abbreviations of the same concepts, by their folded form. */
export const abbreviations: Record<string, string> = {
  mi: "myocardial infarction",
  chf: "congestive heart failure",
  hf: "heart failure",
  af: "atrial fibrillation",
  cad: "coronary artery disease",
  chd: "coronary heart disease",
  cva: "cerebrovascular accident",
  vte: "venous thromboembolism",
  dvt: "deep vein thrombosis",
  pe: "pulmonary embolism",
  t2dm: "type 2 diabetes mellitus",
  t1dm: "type 1 diabetes mellitus",
  gdm: "gestational diabetes",
  copd: "chronic obstructive pulmonary disease",
  tb: "tuberculosis",
  uti: "urinary tract infection",
  ssi: "surgical site infection",
  ms: "multiple sclerosis",
  ra: "rheumatoid arthritis",
  oa: "osteoarthritis",
  nsclc: "non-small cell lung cancer",
  ckd: "chronic kidney disease",
  aki: "acute kidney injury",
  gerd: "gastroesophageal reflux",
  ibd: "inflammatory bowel disease",
  ards: "acute respiratory distress syndrome",
  cbt: "cognitive behavioral therapy",
  mbsr: "mindfulness-based stress reduction",
  nsaid: "non-steroidal anti-inflammatory drug",
  nsaids: "non-steroidal anti-inflammatory drug",
  ssri: "selective serotonin reuptake inhibitor",
  ssris: "selective serotonin reuptake inhibitor",
  acei: "angiotensin-converting enzyme inhibitor",
  mri: "magnetic resonance imaging",
  ct: "computed tomography",
  tka: "total knee arthroplasty",
  tha: "total hip arthroplasty",
  qol: "quality of life",
};
