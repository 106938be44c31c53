"""The FHIR R4 door: answers come in and go out as QuestionnaireResponse, assignments as Task, instruments as they are."""
