"""The FHIR R4 door: answers as QuestionnaireResponse, assignments as Task, instruments as Questionnaire."""
