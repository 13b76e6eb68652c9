/** What a host's language changes: captions and the default names of devices, never keys, class names or numbers. */
export interface Language {
  readonly culture: 'en-US' | 'de-DE' | 'ja-JP';
  /** Win32_OperatingSystem.OSLanguage. */
  readonly languageId: number;
  /** Minutes from UTC. */
  readonly utcOffset: number;
  readonly hostCaption: string;
  readonly hostDescription: string;
  readonly vmCaption: string;
  readonly statusOk: string;
  readonly networkAdapter: string;
  readonly legacyNetworkAdapter: string;
  readonly hardDrive: string;
  readonly dvdDrive: string;
  readonly diskette: string;
  readonly ideController: string;
  readonly scsiController: string;
  readonly processor: string;
  readonly memory: string;
  readonly backupService: string;
  readonly timeSyncService: string;
  readonly shutdownService: string;
  readonly heartbeatService: string;
  readonly dataExchangeService: string;
  readonly guestFileService: string;
  readonly checkpoint: string;
  /** Caption of the definition with which the templates of a device begin. */
  readonly settingsOf: Readonly<Record<'Default' | 'Minimum' | 'Maximum' | 'Increment', string>>;
  readonly newVirtualMachine: string;
  readonly managementServiceCaption: string;
  /** Prefixed to the operating system's caption where the translation does so. */
  readonly operatingSystemCaption: (caption: string) => string;
}

export type Culture = Language['culture'];

export const languages: Readonly<Record<Culture, Language>> = {
  'en-US': {
    culture: 'en-US',
    languageId: 1033,
    utcOffset: 0,
    hostCaption: 'Hosting Computer System',
    hostDescription: 'Microsoft Hosting Computer System',
    vmCaption: 'Virtual Machine',
    statusOk: 'Operating normally',
    networkAdapter: 'Network Adapter',
    legacyNetworkAdapter: 'Legacy Network Adapter',
    hardDrive: 'Hard Drive',
    dvdDrive: 'DVD Drive',
    diskette: 'Diskette Drive',
    ideController: 'IDE Controller',
    scsiController: 'SCSI Controller',
    processor: 'Processor',
    memory: 'Memory',
    backupService: 'Backup (volume shadow copy)',
    timeSyncService: 'Time Synchronization',
    shutdownService: 'Shutdown',
    heartbeatService: 'Heartbeat',
    dataExchangeService: 'Key-Value Pair Exchange',
    guestFileService: 'Guest Service Interface',
    checkpoint: 'Checkpoint',
    settingsOf: {
      Default: 'Default Settings',
      Minimum: 'Minimum Settings',
      Maximum: 'Maximum Settings',
      Increment: 'Increment Settings',
    },
    newVirtualMachine: 'New Virtual Machine',
    managementServiceCaption: 'Hyper-V Virtual System Management Service',
    operatingSystemCaption: (caption) => caption,
  },
  'de-DE': {
    culture: 'de-DE',
    languageId: 1031,
    utcOffset: 60,
    hostCaption: 'Hostcomputersystem',
    hostDescription: 'Microsoft-Hostcomputersystem',
    vmCaption: 'Virtueller Computer',
    statusOk: 'Normaler Betrieb',
    networkAdapter: 'Netzwerkkarte',
    legacyNetworkAdapter: 'Ältere Netzwerkkarte',
    hardDrive: 'Festplatte',
    dvdDrive: 'DVD-Laufwerk',
    diskette: 'Diskettenlaufwerk',
    ideController: 'IDE-Controller',
    scsiController: 'SCSI-Controller',
    processor: 'Prozessor',
    memory: 'Arbeitsspeicher',
    backupService: 'Sicherung (Volumeschattenkopie)',
    timeSyncService: 'Zeitsynchronisierung',
    shutdownService: 'Herunterfahren',
    heartbeatService: 'Takt',
    dataExchangeService: 'Austausch von Schlüsselwertepaaren',
    guestFileService: 'Gastdienstschnittstelle',
    checkpoint: 'Prüfpunkt',
    settingsOf: {
      Default: 'Standardeinstellungen',
      Minimum: 'Minimaleinstellungen',
      Maximum: 'Maximaleinstellungen',
      Increment: 'Inkrementeinstellungen',
    },
    newVirtualMachine: 'Neuer virtueller Computer',
    managementServiceCaption: 'Hyper-V-Verwaltungsdienst für virtuelle Systeme',
    operatingSystemCaption: (caption) => `${caption} (Deutsch)`,
  },
  'ja-JP': {
    culture: 'ja-JP',
    languageId: 1041,
    utcOffset: 540,
    hostCaption: 'ホスト コンピューター システム',
    hostDescription: 'Microsoft ホスト コンピューター システム',
    vmCaption: '仮想マシン',
    statusOk: '正常稼働中',
    networkAdapter: 'ネットワーク アダプター',
    legacyNetworkAdapter: 'レガシ ネットワーク アダプター',
    hardDrive: 'ハード ドライブ',
    dvdDrive: 'DVD ドライブ',
    diskette: 'フロッピー ディスク ドライブ',
    ideController: 'IDE コントローラー',
    scsiController: 'SCSI コントローラー',
    processor: 'プロセッサ',
    memory: 'メモリ',
    backupService: 'バックアップ (ボリューム シャドウ コピー)',
    timeSyncService: '時刻の同期',
    shutdownService: 'シャットダウン',
    heartbeatService: 'ハートビート',
    dataExchangeService: 'キー値ペア交換',
    guestFileService: 'ゲスト サービス インターフェイス',
    checkpoint: 'チェックポイント',
    settingsOf: { Default: '既定の設定', Minimum: '最小設定', Maximum: '最大設定', Increment: '増分設定' },
    newVirtualMachine: '新しい仮想マシン',
    managementServiceCaption: 'Hyper-V 仮想システム管理サービス',
    operatingSystemCaption: (caption) => `${caption} 評価版`,
  },
};

/** One host in ten is not English. */
export const languageShares: Readonly<Record<Culture, number>> = { 'en-US': 0.9, 'de-DE': 0.05, 'ja-JP': 0.05 };
