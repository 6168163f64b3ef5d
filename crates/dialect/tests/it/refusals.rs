//! Invalid dialect files: each error names the position and what was expected.

use dialect::Dialect;

const HEADER: &str = "name = \"own\"\ndescription = \"d\"\n";

/// The error of [`HEADER`] with `rest` after it, which begins at line 3.
fn refusal(rest: &str) -> String {
    let source = format!("{HEADER}{rest}");
    match Dialect::parse("own.toml", &source) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("accepted:\n{source}"),
    }
}

const TOKEN: &str = "[[endpoint]]\noperation = \"token\"\n";

#[test]
fn the_smallest_dialect_is_a_name_and_a_description() {
    let dialect = Dialect::parse("own.toml", HEADER).unwrap();
    assert_eq!((dialect.name(), dialect.description()), ("own", "d"));
    let error = Dialect::parse("own.toml", "description = \"d\"").unwrap_err();
    assert_eq!(error.to_string(), "own.toml:1:1: the key \"name\" is missing here");
}

#[test]
fn a_refusal_names_file_line_column_and_what_was_expected() {
    let cases: &[(&str, &str)] = &[
        ("  lifetimes = 7", "own.toml:3:15: found 7; expected a table"),
        (
            "colour = \"red\"",
            "own.toml:3:1: unknown key \"colour\"; expected one of \"name\", \"description\", \
             \"prefixes\", \"errors\", \"headers\", \"presentation\", \"grant_types\", \
             \"endpoint\", \"omit\", \"refresh\", \"trailing_slash_issuer\", \"quota\", \
             \"identifiers\", \"secrets\", \
             \"access_token\", \"lifetimes\", \"redirect\", \"state\", \"pkce\", \"authorization\", \
             \"personal_access_token\"",
        ),
        (
            "prefixes = [\"v1\"]",
            "own.toml:3:12: found prefix \"v1\"; expected \"\" or one such as \"/v1\"",
        ),
        (
            "grant_types = [\"password\"]",
            "own.toml:3:16: found \"password\"; expected one of \"authorization_code\", \
             \"client_credentials\", \"refresh_token\"",
        ),
        ("[lifetimes]\ncode = \"never\"", "own.toml:4:8: a code cannot live for ever"),
        (
            "[lifetimes]\nrefresh_token = \"soon\"",
            "own.toml:4:17: found \"soon\"; expected seconds (3600), a duration (\"90s\", \
             \"60m\", \"24h\", \"365d\") of at most 100 years, or where it may be, \"never\"",
        ),
        (
            "[access_token]\nalgorithm = \"none\"",
            "own.toml:4:13: found \"none\"; expected one of \"ES256\", \"EdDSA\", \"RS256\", \
             \"HS256\"",
        ),
        (
            "[identifiers]\nclient = \"cl ient\"",
            "own.toml:4:10: found prefix \"cl ient\"; expected letters, digits, '_', '-' and '.'",
        ),
        (
            "[secrets]\napi_key = { prefix = \"{env}_\" }",
            "own.toml:4:22: unknown placeholder in \"{env}_\"; the one expected here is \
             {environment}",
        ),
        (
            "[secrets]\napi_key = { prefix = \"rt_{environment}_\" }",
            "own.toml:4:11: refresh_token has this prefix already; expected another one",
        ),
        (
            "[secrets]\nkey = { prefix = \"\" }",
            "own.toml:4:1: unknown kind of secret \"key\"; expected one of \"client_secret\", \
             \"api_key\", \"personal_access_token\", \"refresh_token\", \"legacy_token\", \
             \"admin_key\", \"resource_server_secret\", \"access_token\", \"consent\"",
        ),
        (
            "[presentation]\nschemes = [\"Basic\"]",
            "own.toml:4:11: found scheme \"Basic\"; expected words such as \"Bearer\", each once, \
             and \"basic\" by the key of that name",
        ),
        (
            "[presentation]\nschemes = []",
            "own.toml:4:11: there is no way to present a credential; expected one",
        ),
        (
            "[presentation]\nheaders = [\"x api key\"]",
            "own.toml:4:11: found header \"x api key\"; expected names such as \"x-api-key\"",
        ),
        (
            "[presentation]\nheaders = [\"X-Forwarded-User\"]",
            "own.toml:4:11: the header \"X-Forwarded-User\" has another meaning; expected one of \
             your own, such as \"x-api-key\"",
        ),
        (
            "[presentation]\nbasic = \"yes\"",
            "own.toml:4:9: found \"yes\"; expected one of \"none\", \"plain\", \"form\"",
        ),
        (
            "[errors.problems]\ninvalid_client = { status = 200 }",
            "own.toml:4:29: found 200; expected a whole number from 400 to 599",
        ),
        (
            "[errors.body]\nerror = \"{kode}\"",
            "own.toml:4:9: unknown placeholder {kode}; expected one of {code}, {description}, \
             {problem}, {status}, {request_id}, {issuer}, {retry_after}, {client_quota}, \
             {organization_quota}",
        ),
        (
            "[errors.body]\nerror = \"{code\"",
            "own.toml:4:9: found a lone brace; expected {name}, or {{ for a literal brace",
        ),
        (
            "[headers]\nx-request-id = \"a\"",
            "own.toml:4:16: the header \"x-request-id\" is set by the server; expected another one",
        ),
        ("[headers]\n\"x y\" = \"a\"", "own.toml:4:9: \"x y\" is no name of a header"),
        (
            "[state]\nmin_length = -1",
            "own.toml:4:14: found -1; expected a whole number from 0 to 512",
        ),
    ];
    for (rest, expected) in cases {
        assert_eq!(&refusal(rest), expected);
    }
}

#[test]
fn an_endpoint_is_refused_at_the_line_at_fault() {
    let cases: &[(&str, &str)] = &[
        (
            "methods = [\"FETCH\"]",
            "own.toml:5:11: unknown method \"FETCH\"; expected some of GET, POST, PUT, PATCH, DELETE",
        ),
        (
            "paths = [\"token\"]",
            "own.toml:5:9: found path \"token\"; expected one such as \"/token\"",
        ),
        (
            "paths = [\"/a/x{b}\"]",
            "own.toml:5:9: found segment \"x{b}\"; expected a literal or one whole {name}",
        ),
        ("paths = []", "own.toml:5:9: found no path; expected at least one"),
        ("body_limit = 0", "own.toml:5:14: found 0; expected a whole number from 1 to 1048576"),
        ("accepts = [\"xml\"]", "own.toml:5:12: found \"xml\"; expected one of \"json\", \"form\""),
        (
            "pahts = [\"/t\"]",
            "own.toml:5:1: unknown key \"pahts\"; expected one of \"operation\", \"methods\", \"paths\", \"trailing_slash\", \"prefixed\", \"client_authentication\", \"cors\", \"body_limit\", \"accepts\", \"basic_encoding\", \"bearer\", \"grant_types\", \"parameters\", \"success\", \"errors\"",
        ),
        (
            "parameters = { clientid = \"c\" }",
            "own.toml:5:16: unknown parameter \"clientid\"; expected one of \"client_id\", \"client_secret\", \"grant_type\", \"scope\", \"audience\", \"resource\", \"refresh_token\", \"code\", \"code_verifier\", \"redirect_uri\", \"token\", \"token_type_hint\"",
        ),
        (
            "parameters = { scope = { header = \"c\" } }",
            "own.toml:5:26: unknown source \"header\"; expected one of \"body\", \"json\", \"form\", \"query\", \"path\", \"basic\", \"fixed\", \"given\", \"default\"",
        ),
        (
            "parameters = { scope = {} }",
            "own.toml:5:24: the parameter scope is read from nowhere; expected one of body, json, form, query, path, basic, fixed, given, default",
        ),
        (
            "parameters = { scope = { json = \"c\" } }",
            "own.toml:5:33: the endpoint reads no such body; expected accepts to name \"json\"",
        ),
        (
            "parameters = { scope = { path = \"c\" } }",
            "own.toml:5:33: found \"c\"; expected a placeholder that every path has",
        ),
        (
            "parameters = { scope = { basic = \"username\" } }",
            "own.toml:5:34: HTTP Basic authenticates the client here; expected client_authentication without \"client_secret_basic\"",
        ),
        (
            "parameters = { scope = \"s\", audience = \"s\" }",
            "own.toml:5:40: \"s\" is read as scope already",
        ),
        (
            "parameters = { scope = { fixed = \"a\", form = \"s\" } }",
            "own.toml:5:34: a fixed value is read from nowhere; expected it alone",
        ),
        ("parameters = { scope = 7 }", "own.toml:5:24: found 7; expected a table"),
        (
            "success = { cache = 5 }",
            "own.toml:5:21: found cache; expected none: answers with credentials are no-store",
        ),
        (
            "success = { status = 302 }",
            "own.toml:5:22: found 302; expected a whole number from 200 to 299",
        ),
        (
            "success = { headers = { x-t = \"{access_token}\" } }",
            "own.toml:5:31: unknown placeholder {access_token}; expected one of {token_type}, {expires_in}, {scope}, {scopes}, {client_id}, {organization}, {client_quota}, {organization_quota}, {request_id}, {issuer}",
        ),
        (
            "success = { body = { a = 1.5 } }",
            "own.toml:5:26: found a float; expected a string, a whole number, true, false, an array or a table",
        ),
        (
            "errors = { problems = { oops = {} } }",
            "own.toml:5:25: unknown problem \"oops\"; expected one of \"invalid_request\",",
        ),
        (
            "paths = [\"/introspect\"]",
            "own.toml:3:1: two endpoints answer at \"/introspect\"; expected another path, or omit = [\"introspection\"] to drop the inherited one",
        ),
    ];
    for (line, expected) in cases {
        let found = refusal(&format!("{TOKEN}{line}"));
        assert!(found.starts_with(expected), "\nexpected {expected}\nfound    {found}");
    }
}

#[test]
fn an_invalid_redirect_table_is_refused_at_the_line_at_fault() {
    const ASKING: &str = "[[endpoint]]\noperation = \"authorization\"\n";
    let cases: &[(&str, &str)] = &[
        (
            "redirect = { status = 307 }",
            "own.toml:5:23: found 307; expected a whole number from 302 to 303",
        ),
        (
            "redirect = { success = [\"state={state}\"] }",
            "own.toml:5:24: found no {authorization_code}; expected it in one of them",
        ),
        (
            "redirect = { success = [\"{authorization_code}\"] }",
            "own.toml:5:25: found \"{authorization_code}\"; expected a name and a value, such as \
             \"state={state}\"",
        ),
        (
            "redirect = { success = [\"={authorization_code}\"] }",
            "own.toml:5:25: found \"={authorization_code}\"; expected a name and a value, such as \
             \"state={state}\"",
        ),
        (
            "redirect = { success = [\"a={authorization_code}\", \"a={state}\"] }",
            "own.toml:5:51: \"a\" is there already; expected each name once",
        ),
        (
            "redirect = { failure = [\"a={authorization_code}\"] }",
            "own.toml:5:25: unknown placeholder {authorization_code}; expected one of {code}, \
             {description}, {problem}, {state}, {issuer}, {request_id}",
        ),
        (
            "redirect = { problems = { oops = [] } }",
            "own.toml:5:27: unknown problem \"oops\"; expected one of \"invalid_request\",",
        ),
        ("success = { status = 200 }", "own.toml:5:1: unknown key \"success\"; expected one of"),
        ("cors = true", "own.toml:5:8: found true; expected false: people come here with cookies"),
        ("grant_types = []", "own.toml:5:1: unknown key \"grant_types\"; expected one of"),
        (
            "parameters = { state = { query = \"s\", until = \"&\" } }",
            "own.toml:5:47: found no path; expected until beside it",
        ),
        (
            "paths = [\"/a/{b}\"]\nparameters = { state = { path = \"b\", until = \"&&\" } }",
            "own.toml:6:46: found \"&&\"; expected one character",
        ),
    ];
    for (line, expected) in cases {
        let found = refusal(&format!("{ASKING}{line}"));
        assert!(found.starts_with(expected), "\nexpected {expected}\nfound    {found}");
    }
}

#[test]
fn sections_that_do_not_agree_are_refused() {
    let given = "[[endpoint]]\noperation = \"token\"\nparameters = { grant_type = { given = ";
    let fixed = "[pkce]\ndefault_method = \"token_endpoint\"\n[[endpoint]]\n\
                 operation = \"token\"\nparameters = { code = { form = \"c\" }, \
                 code_challenge_method = { fixed =";
    let cases: &[(&str, &str)] = &[
        (
            "[refresh]\nrotation = \"rotating\"\n[secrets]\nrefresh_token = { prefix = \"\", \
             shape = \"split\" }",
            "own.toml:6:17: refresh tokens rotate here; expected them to have the shape \"checked\"",
        ),
        (
            "[pkce]\ndefault_method = \"token_endpoint\"",
            "own.toml:4:18: the token endpoint /token fixes no code_challenge_method; expected each \
             to, by code_challenge_method = { fixed = \"S256\" }",
        ),
        (
            &format!("{fixed} \"S512\" }} }}"),
            "own.toml:4:18: /token fixes \"S512\"; expected \"S256\" or \"plain\"",
        ),
        (
            &format!("{fixed} \"plain\" }} }}"),
            "own.toml:4:18: /token fixes \"plain\"; expected one of pkce.methods",
        ),
        (
            "grant_types = [\"client_credentials\"]\n[[endpoint]]\noperation = \"userinfo\"",
            "own.toml:3:15: found no \"authorization_code\"; expected it, since the endpoint \
             \"userinfo\" is for people",
        ),
        (
            "omit = [\"authorization\"]\ngrant_types = [\"authorization_code\"]",
            "own.toml:4:15: found \"authorization_code\"; expected it only where people can be \
             asked, by an endpoint with the operation \"authorization\"",
        ),
        (
            "grant_types = [\"client_credentials\"]\n[[endpoint]]\noperation = \"token\"\n\
             grant_types = [\"refresh_token\"]",
            "own.toml:3:15: found no \"refresh_token\"; expected it, since the endpoint /token \
             takes it",
        ),
        (
            &format!("{given} {{}} }} }}"),
            "own.toml:5:40: found no case; expected a parameter and the value it calls for",
        ),
        (
            &format!("{given} {{ oops = \"a\" }} }} }}"),
            "own.toml:5:42: unknown parameter \"oops\"; expected one of \"client_id\",",
        ),
        (
            "[[endpoint]]\noperation = \"token\"\npossession = true",
            "own.toml:5:1: unknown key \"possession\"; expected one of",
        ),
    ];
    for (rest, expected) in cases {
        let found = refusal(rest);
        assert!(found.starts_with(expected), "\nexpected {expected}\nfound    {found}");
    }
    assert!(Dialect::parse("own.toml", &format!("{HEADER}{fixed} \"S256\" }} }}")).is_ok());
}

#[test]
fn operations_are_known_and_not_both_omitted_and_served() {
    assert_eq!(
        refusal("[[endpoint]]\noperation = \"login\""),
        "own.toml:4:13: found \"login\"; expected one of \"authorization\", \"token\", \
         \"introspection\", \"revocation\", \"jwks\", \"metadata\", \"userinfo\", \
         \"end_session\""
    );
    assert_eq!(
        refusal(&format!("omit = [\"token\"]\n{TOKEN}")),
        "own.toml:4:1: omit names the operation \"token\""
    );
    let source = format!("{HEADER}omit = [\"token\", \"revocation\"]");
    let dialect = Dialect::parse("own.toml", &source).unwrap();
    assert!(dialect.endpoint(oauth::Operation::Token).is_none());
    assert_eq!(dialect.endpoints().len(), 6);
}

#[test]
fn claims_that_cannot_be_read_back_are_refused() {
    let all = "iat = \"{issued_at}\", exp = \"{expires_at}\", aud = \"{audience}\", \
               jti = \"{token_id}\", gid = \"{grant}\", cid = \"{credential}\", s = \"{scopes}\"";
    let file = |claims: &str| format!("[access_token]\nclaims = {{ {claims} }}");
    assert!(Dialect::parse("own.toml", &format!("{HEADER}{}", file(all))).is_ok());
    for placeholder in
        ["issued_at", "expires_at", "audience", "token_id", "grant", "credential", "scopes"]
    {
        let quoted = format!("\"{{{placeholder}}}\"");
        let prefixed = format!("\"x{{{placeholder}}}\"");
        let found = refusal(&file(&all.replace(&quoted, &prefixed)));
        let wanted = placeholder.trim_end_matches("scopes");
        let wanted = if wanted.is_empty() { "scope" } else { wanted };
        assert!(found.starts_with("own.toml:4:10: a token of these claims"), "{found}");
        assert!(found.ends_with(&format!("\"{{{wanted}}}\"")), "{found}");
    }
}

#[test]
fn malformed_toml_is_refused_at_its_position() {
    assert!(refusal("colour = ").starts_with("own.toml:3:10: "), "{}", refusal("colour = "));
    assert!(refusal("name = \"again\"").starts_with("own.toml:3:1: "));
    // A column counts characters, not bytes.
    assert!(refusal("\"é\" = 1").starts_with("own.toml:3:1: unknown key \"é\""));
    let found = refusal("headers = { \"é\" = \"\", \"x-request-id\" = \"\" }");
    assert!(found.starts_with("own.toml:3:19: \"é\" is no name of a header"), "{found}");
}
