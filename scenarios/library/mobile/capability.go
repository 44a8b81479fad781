package mobile

// capability is something that an app can do: the permissions it declares for
// it, the platform calls it makes and the components it registers.
type capability struct {
	name        string
	permissions []string
	calls       []string
	component   component
}

// component is a manifest entry that comes with a capability; kind "" is none.
type component struct {
	kind     byte // 's'ervice, 'r'eceiver, 'p'rovider, 'a'ctivity
	name     string
	exported bool
}

// permissionPrefix goes before permission names without a dot.
const permissionPrefix = "android.permission."

// capabilities is the vocabulary of goodware, SDKs and malware alike: nothing
// in it is malicious alone. Permissions and calls are those of the platform.
var capabilities = []capability{
	{"base", []string{"INTERNET"}, []string{"android.app.Activity.onCreate", "android.app.Activity.findViewById", "android.app.Activity.startActivity", "android.app.Activity.getIntent", "android.content.Context.getResources", "android.view.View.setOnClickListener", "android.content.Intent.putExtra", "android.widget.TextView.setText", "android.os.Handler.post", "android.util.Log.d"}, component{}},
	{"network", []string{"INTERNET", "ACCESS_NETWORK_STATE"}, []string{"java.net.HttpURLConnection.getInputStream", "java.net.URL.openConnection", "android.net.ConnectivityManager.getActiveNetworkInfo", "java.net.HttpURLConnection.setRequestMethod"}, component{}},
	{"socket", []string{"INTERNET", "ACCESS_WIFI_STATE"}, []string{"java.net.Socket.connect", "java.net.Socket.getOutputStream", "java.net.InetAddress.getByName", "java.net.ServerSocket.accept"}, component{'s', "TunnelService", false}},
	{"webview", []string{"INTERNET"}, []string{"android.webkit.WebView.loadUrl", "android.webkit.WebSettings.setJavaScriptEnabled", "android.webkit.WebView.addJavascriptInterface", "android.webkit.WebView.evaluateJavascript"}, component{'a', "WebActivity", false}},
	{"storage", []string{"READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE"}, []string{"java.io.File.listFiles", "java.io.FileOutputStream.write", "android.os.Environment.getExternalStorageDirectory", "java.io.File.delete"}, component{}},
	{"media", []string{"READ_MEDIA_IMAGES"}, []string{"android.content.ContentResolver.query", "android.graphics.BitmapFactory.decodeStream", "android.provider.MediaStore$Images$Media.getBitmap"}, component{}},
	{"camera", []string{"CAMERA"}, []string{"android.hardware.camera2.CameraManager.openCamera", "android.hardware.Camera.open", "android.hardware.Camera.takePicture"}, component{'a', "CaptureActivity", false}},
	{"audio", []string{"RECORD_AUDIO"}, []string{"android.media.MediaRecorder.start", "android.media.AudioRecord.read", "android.media.MediaRecorder.setAudioSource"}, component{'s', "RecordService", false}},
	{"location", []string{"ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"}, []string{"android.location.LocationManager.requestLocationUpdates", "android.location.LocationManager.getLastKnownLocation", "android.location.Location.getLatitude"}, component{}},
	{"contacts", []string{"READ_CONTACTS"}, []string{"android.provider.ContactsContract$Contacts.query", "android.content.ContentResolver.query", "android.database.Cursor.getString"}, component{}},
	{"sms_read", []string{"READ_SMS", "RECEIVE_SMS"}, []string{"android.telephony.SmsMessage.createFromPdu", "android.telephony.SmsMessage.getMessageBody", "android.content.BroadcastReceiver.abortBroadcast"}, component{'r', "SmsReceiver", true}},
	{"sms_send", []string{"SEND_SMS"}, []string{"android.telephony.SmsManager.getDefault", "android.telephony.SmsManager.sendTextMessage", "android.telephony.SmsManager.divideMessage"}, component{}},
	{"phone_state", []string{"READ_PHONE_STATE"}, []string{"android.telephony.TelephonyManager.getDeviceId", "android.telephony.TelephonyManager.getNetworkOperator", "android.telephony.TelephonyManager.getSimSerialNumber", "android.telephony.TelephonyManager.getLine1Number"}, component{}},
	{"call_log", []string{"READ_CALL_LOG", "PROCESS_OUTGOING_CALLS"}, []string{"android.provider.CallLog$Calls.getLastOutgoingCall", "android.telephony.PhoneStateListener.onCallStateChanged"}, component{'r', "CallReceiver", true}},
	{"call_phone", []string{"CALL_PHONE"}, []string{"android.telecom.TelecomManager.placeCall", "android.content.Intent.setData"}, component{}},
	{"accounts", []string{"GET_ACCOUNTS"}, []string{"android.accounts.AccountManager.getAccounts", "android.accounts.AccountManager.getAuthToken"}, component{}},
	{"boot", []string{"RECEIVE_BOOT_COMPLETED"}, []string{"android.content.BroadcastReceiver.onReceive", "android.content.Context.startService"}, component{'r', "BootReceiver", true}},
	{"foreground", []string{"FOREGROUND_SERVICE"}, []string{"android.app.Service.startForeground", "android.app.NotificationManager.notify"}, component{'s', "KeepAliveService", false}},
	{"notify", []string{"POST_NOTIFICATIONS"}, []string{"android.app.NotificationManager.notify", "android.app.NotificationChannel.<init>"}, component{}},
	{"wake", []string{"WAKE_LOCK", "REQUEST_IGNORE_BATTERY_OPTIMIZATIONS"}, []string{"android.os.PowerManager$WakeLock.acquire", "android.os.PowerManager.isIgnoringBatteryOptimizations"}, component{}},
	{"alarm", []string{"SCHEDULE_EXACT_ALARM"}, []string{"android.app.AlarmManager.setExact", "android.app.job.JobScheduler.schedule"}, component{'s', "SyncJob", false}},
	{"overlay", []string{"SYSTEM_ALERT_WINDOW"}, []string{"android.view.WindowManager.addView", "android.provider.Settings.canDrawOverlays", "android.view.WindowManager.removeView"}, component{'s', "FloatService", false}},
	{"accessibility", []string{"BIND_ACCESSIBILITY_SERVICE"}, []string{"android.accessibilityservice.AccessibilityService.performGlobalAction", "android.view.accessibility.AccessibilityNodeInfo.performAction", "android.view.accessibility.AccessibilityNodeInfo.findAccessibilityNodeInfosByText", "android.view.accessibility.AccessibilityEvent.getPackageName"}, component{'s', "HelperService", true}},
	{"device_admin", []string{"BIND_DEVICE_ADMIN"}, []string{"android.app.admin.DevicePolicyManager.lockNow", "android.app.admin.DevicePolicyManager.isAdminActive", "android.app.admin.DevicePolicyManager.resetPassword"}, component{'r', "AdminReceiver", true}},
	{"notification_listener", []string{"BIND_NOTIFICATION_LISTENER_SERVICE"}, []string{"android.service.notification.NotificationListenerService.getActiveNotifications", "android.service.notification.StatusBarNotification.getPackageName", "android.service.notification.NotificationListenerService.cancelNotification"}, component{'s', "NoticeService", true}},
	{"install", []string{"REQUEST_INSTALL_PACKAGES"}, []string{"android.content.pm.PackageInstaller.createSession", "android.content.pm.PackageInstaller$Session.commit"}, component{'a', "InstallActivity", true}},
	{"package_list", []string{"QUERY_ALL_PACKAGES"}, []string{"android.content.pm.PackageManager.getInstalledPackages", "android.content.pm.PackageManager.getInstalledApplications", "android.app.ActivityManager.getRunningAppProcesses"}, component{}},
	{"usage_stats", []string{"PACKAGE_USAGE_STATS"}, []string{"android.app.usage.UsageStatsManager.queryUsageStats", "android.app.usage.UsageStatsManager.queryEvents"}, component{}},
	{"dynamic_code", nil, []string{"dalvik.system.DexClassLoader.<init>", "dalvik.system.InMemoryDexClassLoader.<init>", "java.lang.ClassLoader.loadClass", "dalvik.system.DexFile.loadDex"}, component{}},
	{"reflection", nil, []string{"java.lang.Class.forName", "java.lang.reflect.Method.invoke", "java.lang.Class.getDeclaredMethod", "java.lang.reflect.Field.setAccessible"}, component{}},
	{"crypto", nil, []string{"javax.crypto.Cipher.doFinal", "javax.crypto.spec.SecretKeySpec.<init>", "android.util.Base64.decode", "java.security.MessageDigest.digest"}, component{}},
	{"native", nil, []string{"java.lang.System.loadLibrary", "java.lang.System.load"}, component{}},
	{"shell", nil, []string{"java.lang.Runtime.exec", "java.lang.ProcessBuilder.start"}, component{}},
	{"hide_icon", nil, []string{"android.content.pm.PackageManager.setComponentEnabledSetting", "android.content.ComponentName.<init>"}, component{}},
	{"clipboard", nil, []string{"android.content.ClipboardManager.getPrimaryClip", "android.content.ClipboardManager.addPrimaryClipChangedListener"}, component{}},
	{"screen_capture", []string{"FOREGROUND_SERVICE_MEDIA_PROJECTION"}, []string{"android.media.projection.MediaProjectionManager.createScreenCaptureIntent", "android.media.projection.MediaProjection.createVirtualDisplay", "android.media.ImageReader.acquireLatestImage"}, component{'s', "CastService", false}},
	{"vpn", []string{"BIND_VPN_SERVICE"}, []string{"android.net.VpnService$Builder.establish", "android.net.VpnService.protect"}, component{'s', "NetService", true}},
	{"nfc", []string{"NFC"}, []string{"android.nfc.NfcAdapter.enableReaderMode", "android.nfc.tech.IsoDep.transceive", "android.nfc.cardemulation.HostApduService.sendResponseApdu"}, component{'s', "CardService", true}},
	{"bluetooth", []string{"BLUETOOTH_CONNECT", "BLUETOOTH_SCAN"}, []string{"android.bluetooth.BluetoothAdapter.startDiscovery", "android.bluetooth.BluetoothGatt.connect"}, component{}},
	{"billing", []string{"com.android.vending.BILLING"}, []string{"com.android.billingclient.api.BillingClient.launchBillingFlow"}, component{}},
	{"push", []string{"WAKE_LOCK"}, []string{"com.google.firebase.messaging.FirebaseMessagingService.onMessageReceived"}, component{'s', "PushService", true}},
	{"ads", []string{"com.google.android.gms.permission.AD_ID", "ACCESS_NETWORK_STATE"}, []string{"com.google.android.gms.ads.AdView.loadAd", "com.google.android.gms.ads.identifier.AdvertisingIdClient.getAdvertisingIdInfo", "android.webkit.WebView.loadUrl"}, component{'a', "AdActivity", false}},
	{"share", nil, []string{"android.content.ContentProvider.openFile", "android.net.Uri.parse", "androidx.core.content.FileProvider.getUriForFile"}, component{'p', "ShareProvider", false}},
	{"database", nil, []string{"android.database.sqlite.SQLiteDatabase.execSQL", "android.database.sqlite.SQLiteDatabase.query", "android.database.sqlite.SQLiteOpenHelper.getWritableDatabase"}, component{'p', "DataProvider", true}},
	{"biometric", []string{"USE_BIOMETRIC"}, []string{"android.hardware.biometrics.BiometricPrompt.authenticate", "android.security.keystore.KeyGenParameterSpec$Builder.build"}, component{}},
}
