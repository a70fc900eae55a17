/** Names of columns in Moodle's files, which are in the language of whoever exported them. */

export const USERNAME = /^(user ?name|anmeldename|nom d.utilisateur|nombre de usuario|nome utente)$/i;
export const ID_NUMBER = /^(id ?number|id-nummer|numéro d.identification|número de id|numero id)$/i;
export const FULL_NAME = /^(full name|vollständiger name|nom complet|nombre completo|nome completo)$/i;
export const FIRST_NAME = /^(first name|vorname|prénom|nombre|nome)$/i;
export const LAST_NAME = /^(last name|surname|nachname|nom( de famille)?|apellido\(?s?\)?|cognome)$/i;
export const GROUPS = /^(groups?|gruppen?|groupes?|grupos?|gruppi)$/i;
/** "Participant 12345", in any language. */
export const PARTICIPANT = /^\D*?(\d+)$/;
export const EMAIL = /^[^\s@]+@\S+$/;
