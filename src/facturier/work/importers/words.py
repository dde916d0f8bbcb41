"""Headings that several trackers share, in the languages in which they export."""

from __future__ import annotations

from facturier.work.importers.headings import Meaning

# English, German, French, Italian, Spanish, Portuguese, Dutch.
SHARED: dict[Meaning, str] = {
    Meaning.PERSON: "User | User name | Team member | Benutzer | Nutzer | Mitarbeiter | Utilisateur"
    " | Utente | Usuario | Usuário | Gebruiker",
    Meaning.EMAIL: "Email | E-mail | E-Mail-Adresse | Email address | User email | Courriel"
    " | Adresse e-mail | Correo electrónico | Correo | Indirizzo email | E-mailadres",
    Meaning.CUSTOMER: "Client | Customer | Client name | Kunde | Cliente | Klant",
    Meaning.PROJECT: "Project | Project name | Projekt | Projet | Progetto | Proyecto | Projeto",
    Meaning.TASK: "Task | Task name | Activity | Aufgabe | Tätigkeit | Aktivität | Tâche | Activité"
    " | Attività | Compito | Tarea | Actividad | Tarefa | Atividade | Taak | Activiteit",
    Meaning.DESCRIPTION: "Description | Time entry | Time entry description | Beschreibung"
    " | Descrizione | Descripción | Descrição | Beschrijving | Omschrijving",
    Meaning.TAGS: "Tags | Tag | Schlagworte | Schlagwörter | Étiquettes | Mots-clés | Mot-clé"
    " | Etichette | Etiquetas | Labels",
    Meaning.BILLABLE: "Billable | Abrechenbar | Verrechenbar | Fakturierbar | Facturable"
    " | Fatturabile | Faturável | Factureerbaar",
}

STARTS_AND_ENDS: dict[Meaning, str] = {
    Meaning.DAY: "Start date | Start | Startdatum | Anfangsdatum | Beginn | Date de début | Début"
    " | Data di inizio | Data inizio | Inizio | Fecha de inicio | Fecha inicio | Inicio"
    " | Data de início | Início | Begindatum | Start day",
    Meaning.START_TIME: "Start time | Startzeit | Anfangszeit | Heure de début | Ora di inizio"
    " | Ora inizio | Orario di inizio | Hora de inicio | Hora inicio | Hora de início"
    " | Starttijd | Begintijd",
    Meaning.END_DAY: "End date | Stop date | End | Stop | Enddatum | Ende | Date de fin | Fin"
    " | Data di fine | Data fine | Fine | Fecha de finalización | Fecha de fin | Fecha fin"
    " | Fecha final | Data de término | Data final | Data de fim | Einddatum",
    Meaning.END_TIME: "End time | Stop time | Endzeit | Heure de fin | Ora di fine | Ora fine"
    " | Orario di fine | Hora de finalización | Hora de fin | Hora fin | Hora final"
    " | Hora de término | Eindtijd",
}
