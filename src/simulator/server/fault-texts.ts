/** What a Windows in another language says instead of a fault's English text, by the fault's number. */
export const faultTexts: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'de-DE': {
    5: 'Zugriff verweigert',
    2150858770:
      'Die Anforderung kann vom WS-Verwaltungsdienst nicht verarbeitet werden. Die durch den Ressourcen-URI und die Selektoren identifizierte Ressource wurde vom Dienst nicht gefunden.',
    2150858793:
      'Der WS-Verwaltungsdienst kann den Vorgang nicht innerhalb der in „OperationTimeout“ angegebenen Zeit abschließen.',
    2150858843: 'Fehler bei der Anforderung der Windows-Remoteshell. Die Shell wurde auf dem Server nicht gefunden.',
    2150859173:
      'Die Anforderung kann vom WS-Verwaltungsdienst nicht verarbeitet werden. Die maximale Anzahl gleichzeitiger Shells für diesen Benutzer wurde überschritten.',
    2150859180:
      'Die Anforderung kann vom WS-Verwaltungsdienst nicht verarbeitet werden. Der Dienst ist so konfiguriert, dass keine Remoteshell-Anforderungen akzeptiert werden.',
  },
  'ja-JP': {
    5: 'アクセスが拒否されました。',
    2150858770:
      'WS-Management サービスは要求を処理できません。リソース URI とセレクターによって識別されるリソースが見つかりません。',
    2150858793: 'WS-Management サービスは、OperationTimeout で指定された時間内に操作を完了できません。',
    2150858843: 'サーバーでシェルが見つからなかったため、Windows リモート シェルの要求は失敗しました。',
    2150859173: 'WS-Management サービスは要求を処理できません。このユーザーの同時シェルの最大数を超えました。',
    2150859180:
      'WS-Management サービスは要求を処理できません。サービスは、リモート シェル要求を受け付けないように構成されています。',
  },
};
