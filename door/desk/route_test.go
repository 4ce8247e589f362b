package desk

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kring/app"
	"kring/base/id"
	"kring/domain/account"
	"kring/domain/contact"
	"kring/domain/member"
	"kring/kit"
)

// allowed says, for every page, what it takes: a right, and the kind of record
// its {id} names. A page that is not here fails the test.
var allowed = map[string]struct {
	right member.Right // "" is for everybody, signed in or not
	of    string       // whose page it is: account, contact, member, team; mine for what only its maker has; "" for no record
}{
	"GET /{$}":                                               {"", ""},
	"GET /":                                                  {"", ""},
	"GET /sign-in":                                           {"", ""},
	"POST /sign-in":                                          {"", ""},
	"POST /sign-out":                                         {"", ""},
	"POST /theme":                                            {"", ""},
	"POST /language":                                         {"", ""},
	"GET /sign-in/forgotten":                                 {"", ""},
	"GET /sign-in/provider/return":                           {"", ""},
	"GET /sign-in/provider/{id}":                             {"", ""},
	"GET /sign-in/step":                                      {"", ""},
	"POST /sign-in/step":                                     {"", ""},
	"POST /sign-in/passkey":                                  {"", ""},
	"POST /sign-in/passkey/options":                          {"", ""},
	"GET /welcome/{secret}":                                  {"", ""},
	"POST /welcome/{secret}":                                 {"", ""},
	"GET /setup":                                             {"", ""},
	"POST /setup":                                            {"", ""},
	"GET /settings":                                          {member.Self, ""},
	"GET /settings/profile":                                  {member.Self, ""},
	"POST /settings/profile":                                 {member.Self, ""},
	"GET /settings/security":                                 {member.Self, ""},
	"GET /settings/security/codes":                           {member.Self, ""},
	"POST /settings/security/codes":                          {member.Self, ""},
	"POST /settings/security/codes/confirmation":             {member.Self, ""},
	"POST /settings/security/codes/removal":                  {member.Self, ""},
	"POST /settings/security/passkeys":                       {member.Self, ""},
	"POST /settings/security/passkeys/options":               {member.Self, ""},
	"POST /settings/security/password":                       {member.Self, ""},
	"POST /settings/security/recovery":                       {member.Self, ""},
	"POST /settings/security/sessions/ending":                {member.Self, "mine"},
	"GET /settings/tokens":                                   {member.Self, ""},
	"POST /settings/tokens":                                  {member.Self, ""},
	"POST /settings/security/passkeys/{id}":                  {member.Self, "mine"},
	"POST /settings/security/passkeys/{id}/removal":          {member.Self, "mine"},
	"POST /settings/tokens/{id}/revocation":                  {member.Self, "mine"},
	"GET /settings/members":                                  {member.MemberManage, ""},
	"GET /settings/members/new":                              {member.MemberManage, ""},
	"POST /settings/members":                                 {member.MemberManage, ""},
	"GET /settings/teams":                                    {member.MemberManage, ""},
	"POST /settings/teams":                                   {member.MemberManage, ""},
	"GET /setup/team":                                        {member.MemberManage, ""},
	"POST /setup/team":                                       {member.MemberManage, ""},
	"GET /settings/members/{member}":                         {member.MemberManage, "member"},
	"POST /settings/members/{member}":                        {member.MemberManage, "member"},
	"POST /settings/members/{member}/disabling":              {member.MemberManage, "member"},
	"POST /settings/members/{member}/enabling":               {member.MemberManage, "member"},
	"POST /settings/members/{member}/link":                   {member.MemberManage, "member"},
	"POST /settings/members/{member}/unlocking":              {member.MemberManage, "member"},
	"POST /settings/members/{member}/tokens/{id}/revocation": {member.MemberManage, "mine"},
	"POST /settings/teams/{team}":                            {member.MemberManage, "team"},
	"POST /settings/teams/{team}/removal":                    {member.MemberManage, "team"},
	"GET /settings/organisation":                             {member.SettingManage, ""},
	"POST /settings/organisation":                            {member.SettingManage, ""},
	"GET /settings/definition":                               {member.OrderRead, ""},
	"POST /settings/definition":                              {member.DefinitionSet, ""},
	"GET /settings/definition/new":                           {member.DefinitionSet, ""},
	"POST /settings/definition/choice":                       {member.DefinitionSet, ""},
	"POST /settings/definition/reading":                      {member.OrderRead, ""},
	"POST /settings/definition/retirement":                   {member.DefinitionSet, ""},
	"GET /settings/providers":                                {member.SettingManage, ""},
	"POST /settings/providers":                               {member.SettingManage, ""},
	"GET /settings/roles":                                    {member.SettingManage, ""},
	"POST /settings/roles":                                   {member.SettingManage, ""},
	"GET /settings/providers/{provider}":                     {member.SettingManage, "mine"},
	"POST /settings/providers/{provider}":                    {member.SettingManage, "mine"},
	"POST /settings/providers/{provider}/removal":            {member.SettingManage, "mine"},
	"GET /accounts":                                          {member.AccountRead, ""},
	"GET /accounts/filter":                                   {member.AccountRead, ""},
	"GET /accounts/filter/form":                              {member.AccountRead, ""},
	"GET /accounts/columns":                                  {member.AccountRead, ""},
	"POST /accounts/bulk":                                    {member.AccountRead, ""}, // the deed takes more
	"GET /accounts/{id}/cell":                                {member.AccountWrite, "account"},
	"POST /accounts/{id}/cell":                               {member.AccountWrite, "account"},
	"GET /contacts":                                          {member.ContactRead, ""},
	"GET /contacts/filter":                                   {member.ContactRead, ""},
	"GET /contacts/filter/form":                              {member.ContactRead, ""},
	"GET /contacts/columns":                                  {member.ContactRead, ""},
	"POST /contacts/bulk":                                    {member.ContactRead, ""}, // the deed takes more
	"GET /contacts/{id}/cell":                                {member.ContactWrite, "contact"},
	"POST /contacts/{id}/cell":                               {member.ContactWrite, "contact"},
	"GET /duplicates":                                        {member.AccountWrite, ""},
	"POST /duplicates/scan":                                  {member.SettingManage, ""},
	"POST /duplicates/thresholds":                            {member.SettingManage, ""},
	"GET /duplicates/{id}":                                   {member.AccountWrite, "mine"},
	"POST /duplicates/{id}/separation":                       {member.AccountWrite, "mine"},
	"POST /duplicates/{id}/postponement":                     {member.AccountWrite, "mine"},
	"POST /duplicates/{id}/reopening":                        {member.AccountWrite, "mine"},
	"GET /accounts/{id}/merge":                               {member.Merge, "account"},
	"POST /accounts/{id}/merge":                              {member.Merge, "account"},
	"GET /accounts/{id}/consents/new":                        {member.ConsentWrite, "account"},
	"POST /accounts/{id}/consents":                           {member.ConsentWrite, "account"},
	"GET /contacts/{id}/merge":                               {member.Merge, "contact"},
	"POST /contacts/{id}/merge":                              {member.Merge, "contact"},
	"GET /contacts/{id}/consents/new":                        {member.ConsentWrite, "contact"},
	"POST /contacts/{id}/consents":                           {member.ConsentWrite, "contact"},
	"POST /merges/{id}/undo":                                 {member.Merge, "mine"},
	"GET /contacts/pick":                                     {member.ContactRead, ""},
	"GET /palette":                                           {member.AccountRead, ""},
	"GET /search":                                            {member.AccountRead, ""},
	"POST /palette/{deed}":                                   {member.Self, "mine"},
	"GET /accounts/new":                                      {member.AccountWrite, ""},
	"POST /accounts/new":                                     {member.AccountWrite, ""},
	"GET /accounts/pick":                                     {member.AccountRead, ""},
	"GET /accounts/{id}":                                     {member.AccountRead, "account"},
	"GET /accounts/{id}/timeline":                            {member.AccountRead, "account"},
	"GET /accounts/{id}/contacts":                            {member.AccountRead, "account"},
	"GET /accounts/{id}/files":                               {member.AccountRead, "account"},
	"POST /accounts/{id}/files":                              {member.FileWrite, "account"},
	"GET /accounts/{id}/history":                             {member.AccountRead, "account"},
	"GET /accounts/{id}/edit":                                {member.AccountWrite, "account"},
	"POST /accounts/{id}/edit":                               {member.AccountWrite, "account"},
	"GET /accounts/{id}/field":                               {member.AccountWrite, "account"},
	"POST /accounts/{id}/field":                              {member.AccountWrite, "account"},
	"POST /accounts/{id}/bin":                                {member.AccountErase, "account"},
	"POST /accounts/{id}/restore":                            {member.AccountErase, "account"},
	"GET /contacts/new":                                      {member.ContactWrite, ""},
	"POST /contacts/new":                                     {member.ContactWrite, ""},
	"GET /contacts/{id}":                                     {member.ContactRead, "contact"},
	"GET /contacts/{id}/timeline":                            {member.ContactRead, "contact"},
	"GET /contacts/{id}/files":                               {member.ContactRead, "contact"},
	"POST /contacts/{id}/files":                              {member.FileWrite, "contact"},
	"GET /contacts/{id}/history":                             {member.ContactRead, "contact"},
	"GET /contacts/{id}/edit":                                {member.ContactWrite, "contact"},
	"POST /contacts/{id}/edit":                               {member.ContactWrite, "contact"},
	"GET /contacts/{id}/field":                               {member.ContactWrite, "contact"},
	"POST /contacts/{id}/field":                              {member.ContactWrite, "contact"},
	"POST /contacts/{id}/bin":                                {member.ContactErase, "contact"},
	"POST /contacts/{id}/restore":                            {member.ContactErase, "contact"},
	"GET /files/{id}":                                        {member.FileRead, "mine"},
	"POST /files/{id}/bin":                                   {member.FileWrite, "mine"},
	"POST /files/{id}/restore":                               {member.FileWrite, "mine"},
	"POST /views/return":                                     {member.ViewRead, ""},
	"POST /accounts/export":                                  {member.Export, ""},
	"POST /contacts/export":                                  {member.Export, ""},
	"POST /views":                                            {member.ViewRead, ""},
	"POST /views/{id}":                                       {member.ViewRead, "mine"},
	"GET /bulk/{id}":                                         {member.Self, "mine"},
	"POST /bulk/{id}/undo":                                   {member.Self, "mine"},

	"POST /orders/{id}/confirmed":     {member.OrderWrite, "mine"},
	"POST /orders/{id}/check":         {member.OrderWrite, "mine"},
	"POST /orders/{id}/plan":          {member.OrderWrite, "mine"},
	"POST /orders/{id}/delivery":      {member.OrderWrite, "mine"},
	"POST /orders/{id}/return":        {member.OrderWrite, "mine"},
	"POST /orders/{id}/acceptance":    {member.OrderWrite, "mine"},
	"POST /orders/{id}/evaluation":    {member.OrderWrite, "mine"},
	"POST /orders/{id}/dropping":      {member.OrderWrite, "mine"},
	"POST /orders/{id}/release":       {member.OrderRelease, "mine"},
	"POST /orders/{id}/invoice":       {member.InvoiceWrite, "mine"},
	"POST /orders/{id}/advance":       {member.InvoiceWrite, "mine"},
	"GET /orders/{id}/confirmation":   {member.OrderRead, "mine"},
	"POST /accounts/{id}/limit":       {member.OrderRelease, "account"},
	"GET /invoices":                   {member.InvoiceRead, ""},
	"GET /receivables":                {member.InvoiceRead, ""},
	"GET /invoices/{id}":              {member.InvoiceRead, "mine"},
	"GET /invoices/{id}/pdf":          {member.InvoiceRead, "mine"},
	"GET /invoices/{id}/ubl":          {member.InvoiceRead, "mine"},
	"POST /invoices/{id}/sending":     {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/change":      {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/removal":     {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/credit":      {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/dispute":     {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/settlement":  {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/telling":     {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/reminder":    {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/claim":       {member.InvoiceWrite, "mine"},
	"POST /invoices/{id}/payment":     {member.PaymentWrite, "mine"},
	"POST /invoices/{id}/refund":      {member.PaymentWaive, "mine"},
	"POST /invoices/{id}/write-off":   {member.PaymentWaive, "mine"},
	"GET /bank":                       {member.PaymentWrite, ""},
	"POST /bank":                      {member.PaymentWrite, ""},
	"POST /bank/sure":                 {member.PaymentWrite, ""},
	"POST /bank/entries/{id}/booking": {member.PaymentWrite, "mine"},
	"POST /bank/entries/{id}/leaving": {member.PaymentWrite, "mine"},
	"GET /contracts":                  {member.InvoiceRead, ""},
	"GET /contracts/new":              {member.ContractWrite, ""},
	"GET /contracts/{id}":             {member.InvoiceRead, "mine"},
	"POST /contracts/{id}/renewal":    {member.ContractWrite, "mine"},
	"POST /contracts/{id}/ending":     {member.ContractWrite, "mine"},
	"GET /accounts/{id}/contracts":    {member.InvoiceRead, "account"},
	"POST /accounts/{id}/contracts":   {member.ContractWrite, "account"},
	"GET /settings/seller":            {member.SettingManage, ""},
	"POST /settings/seller":           {member.SettingManage, ""},

	"GET /accounts/{id}/orders":             {member.OrderRead, "account"},
	"POST /accounts/{id}/orders":            {member.OrderWrite, "account"},
	"GET /orders/{id}":                      {member.OrderRead, "mine"},
	"GET /orders":                           {member.OrderRead, ""},
	"POST /orders/export":                   {member.Export, ""},
	"GET /orders/new":                       {member.OrderWrite, ""},
	"GET /endings/new":                      {member.CycleDecide, ""},
	"GET /orders/{id}/edit":                 {member.OrderWrite, "mine"},
	"POST /orders/{id}/edit":                {member.OrderWrite, "mine"},
	"POST /orders/{id}/cancellation":        {member.OrderWrite, "mine"},
	"POST /orders/{id}/revival":             {member.OrderWrite, "mine"},
	"GET /accounts/{id}/ending":             {member.CycleDecide, "account"},
	"POST /accounts/{id}/ending":            {member.CycleDecide, "account"},
	"GET /settings/forms":                   {member.LeadSet, ""},
	"GET /settings/forms/new":               {member.LeadSet, ""},
	"POST /settings/forms/new":              {member.LeadSet, ""},
	"GET /settings/forms/{form}":            {member.LeadSet, "mine"},
	"POST /settings/forms/{form}":           {member.LeadSet, "mine"},
	"GET /f/{key}":                          {"", ""},
	"POST /f/{key}":                         {"", ""},
	"GET /f/{key}/{secret}":                 {"", ""},
	"POST /f/{key}/{secret}":                {"", ""},
	"OPTIONS /f/{key}/leads":                {"", ""},
	"POST /f/{key}/leads":                   {"", ""},
	"GET /leads":                            {member.LeadRead, ""},
	"GET /leads/new":                        {member.LeadWrite, ""},
	"POST /leads/new":                       {member.LeadWrite, ""},
	"GET /leads/{id}":                       {member.LeadRead, "mine"},
	"GET /leads/{id}/edit":                  {member.LeadWrite, "mine"},
	"POST /leads/{id}/edit":                 {member.LeadWrite, "mine"},
	"GET /leads/{id}/conversion":            {member.LeadAccept, "mine"},
	"POST /leads/{id}/conversion":           {member.LeadAccept, "mine"},
	"POST /leads/{id}/work":                 {member.LeadWrite, "mine"},
	"POST /leads/{id}/offer":                {member.LeadWrite, "mine"},
	"POST /leads/{id}/acceptance":           {member.LeadAccept, "mine"},
	"POST /leads/{id}/return":               {member.LeadAccept, "mine"},
	"POST /leads/{id}/confirmation":         {member.LeadAccept, "mine"},
	"POST /leads/{id}/nurture":              {member.LeadWrite, "mine"},
	"POST /leads/{id}/disqualification":     {member.LeadWrite, "mine"},
	"POST /leads/{id}/touches":              {member.LeadWrite, "mine"},
	"POST /leads/{id}/qualification":        {member.LeadWrite, "mine"},
	"POST /leads/{id}/score":                {member.LeadWrite, "mine"},
	"POST /leads/{id}/objection":            {member.ConsentWrite, "mine"},
	"GET /handovers":                        {member.HandoverWrite, ""},
	"GET /handovers/{id}":                   {member.AccountRead, "mine"},
	"POST /handovers/{id}/change":           {member.HandoverWrite, "mine"},
	"POST /handovers/{id}/list":             {member.HandoverWrite, "mine"},
	"POST /handovers/{id}/acceptance":       {member.HandoverWrite, "mine"},
	"POST /handovers/{id}/return":           {member.HandoverWrite, "mine"},
	"POST /handovers/{id}/withdrawal":       {member.HandoverWrite, "mine"},
	"GET /opportunities":                    {member.OpportunityRead, ""},
	"GET /opportunities/column":             {member.OpportunityRead, ""},
	"GET /opportunities/figures":            {member.OpportunityRead, ""},
	"GET /opportunities/new":                {member.OpportunityWrite, ""},
	"POST /opportunities/new":               {member.OpportunityWrite, ""},
	"GET /opportunities/{id}":               {member.OpportunityRead, "mine"},
	"GET /opportunities/{id}/edit":          {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/edit":         {member.OpportunityWrite, "mine"},
	"GET /opportunities/{id}/stage":         {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/stage":        {member.OpportunityWrite, "mine"},
	"GET /opportunities/{id}/win":           {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/win":          {member.OpportunityWrite, "mine"},
	"GET /opportunities/{id}/loss":          {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/loss":         {member.OpportunityWrite, "mine"},
	"GET /opportunities/{id}/lines":         {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/lines":        {member.OpportunityWrite, "mine"},
	"GET /opportunities/{id}/people":        {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/people":       {member.OpportunityWrite, "mine"},
	"GET /processes":                        {member.RunRead, ""},
	"GET /processes/new":                    {member.ProcessManage, ""},
	"POST /processes/new":                   {member.ProcessManage, ""},
	"GET /processes/{id}":                   {member.RunRead, "mine"},
	"POST /processes/{id}":                  {member.ProcessManage, "mine"},
	"GET /processes/{id}/bpmn":              {member.RunRead, "mine"},
	"POST /processes/{id}/bpmn":             {member.ProcessManage, "mine"},
	"POST /processes/{id}/switch":           {member.ProcessManage, "mine"},
	"GET /runs":                             {member.RunRead, ""},
	"GET /runs/{id}":                        {member.RunRead, "mine"},
	"POST /runs/{id}/steps/{at}/beginning":  {member.RunWrite, "mine"},
	"POST /runs/{id}/steps/{at}/finish":     {member.RunWrite, "mine"},
	"POST /runs/{id}/steps/{at}/skip":       {member.RunWrite, "mine"},
	"POST /runs/{id}/steps/{at}/hold":       {member.RunWrite, "mine"},
	"POST /runs/{id}/steps/{at}/assignment": {member.RunWrite, "mine"},
	"POST /runs/{id}/steps/{at}/retry":      {member.RunWrite, "mine"},
	"POST /runs/{id}/call":                  {member.TaskWrite, "mine"},
	"POST /runs/{id}/abort":                 {member.RunWrite, "mine"},

	"POST /opportunities/{id}/people/removal": {member.OpportunityWrite, "mine"},
	"POST /opportunities/{id}/reopening":      {member.OpportunityWrite, "mine"},

	"GET /settings/pipelines":               {member.PipelineSet, ""},
	"POST /settings/pipelines":              {member.PipelineSet, ""},
	"GET /settings/pipelines/{id}":          {member.PipelineSet, "mine"},
	"POST /settings/pipelines/{id}":         {member.PipelineSet, "mine"},
	"POST /settings/pipelines/{id}/archive": {member.PipelineSet, "mine"},

	"GET /today":                             {member.Self, ""},
	"POST /today/promises/{id}/keeping":      {member.PromiseWrite, "mine"},
	"POST /today/promises/{id}/reopening":    {member.PromiseWrite, "mine"},
	"GET /calendar":                          {member.TaskWrite, ""},
	"POST /calendar/link":                    {member.TaskWrite, ""},
	"POST /calendar/link/closing":            {member.TaskWrite, ""},
	"GET /calendar/{org}/{file}":             {"", ""},
	"GET /appointments/new":                  {member.TaskWrite, ""},
	"POST /appointments/new":                 {member.TaskWrite, ""},
	"GET /appointments/{id}":                 {member.TaskWrite, "mine"},
	"POST /appointments/{id}":                {member.TaskWrite, "mine"},
	"POST /appointments/{id}/move":           {member.TaskWrite, "mine"},
	"POST /appointments/{id}/cancellation":   {member.TaskWrite, "mine"},
	"POST /appointments/{id}/revival":        {member.TaskWrite, "mine"},
	"GET /appointments/{id}/file":            {member.TaskWrite, "mine"},
	"POST /today/later":                      {member.Self, ""},
	"GET /tasks":                             {member.TaskWrite, ""},
	"GET /tasks/new":                         {member.TaskWrite, ""},
	"POST /tasks/new":                        {member.TaskWrite, ""},
	"GET /tasks/{id}":                        {member.TaskWrite, "mine"},
	"POST /tasks/{id}":                       {member.TaskWrite, "mine"},
	"POST /tasks/{id}/done":                  {member.TaskWrite, "mine"},
	"POST /tasks/{id}/withdrawal":            {member.TaskWrite, "mine"},
	"POST /tasks/{id}/reopening":             {member.TaskWrite, "mine"},
	"GET /accounts/{id}/handover":            {member.HandoverWrite, "account"},
	"POST /accounts/{id}/handover":           {member.HandoverWrite, "account"},
	"GET /ladder":                            {member.MemberRead, ""},
	"POST /ladder":                           {member.LadderScore, ""},
	"GET /ladder/{id}":                       {member.MemberRead, "mine"},
	"POST /ladder/{id}":                      {member.LadderScore, "mine"},
	"POST /ladder/{id}/discussion":           {member.LadderDecide, "mine"},
	"POST /ladder/{id}/action":               {member.LadderDecide, "mine"},
	"POST /ladder/{id}/rescan":               {member.LadderScore, "mine"},
	"GET /pyramid":                           {member.OrderRead, ""},
	"POST /pyramid":                          {member.OrderWrite, ""},
	"GET /pyramid/rfm":                       {member.OrderRead, ""},
	"GET /pyramid/new":                       {member.OrderRead, ""},
	"GET /pyramid/value":                     {member.OrderRead, ""},
	"GET /decisions":                         {member.CycleAgree, ""},
	"POST /decisions/{id}/answer":            {member.CycleAgree, "mine"},
	"POST /decisions/{id}/withdrawal":        {member.CycleDecide, "mine"},
	"GET /quotes":                            {member.QuoteRead, ""},
	"GET /quotes/new":                        {member.QuoteWrite, ""},
	"GET /accounts/{id}/quote":               {member.QuoteWrite, "account"},
	"POST /accounts/{id}/quote":              {member.QuoteWrite, "account"},
	"GET /quotes/{id}":                       {member.QuoteRead, "mine"},
	"GET /quotes/{id}/edit":                  {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/edit":                 {member.QuoteWrite, "mine"},
	"GET /quotes/{id}/pdf":                   {member.QuoteRead, "mine"},
	"POST /quotes/{id}/send":                 {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/link":                 {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/ask":                  {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/approve":              {member.QuoteApprove, "mine"},
	"POST /quotes/{id}/return":               {member.QuoteApprove, "mine"},
	"POST /quotes/{id}/revise":               {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/withdraw":             {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/reject":               {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/accept":               {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/answer":               {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/revoke":               {member.QuoteWrite, "mine"},
	"GET /quotes/{id}/deal":                  {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/deal":                 {member.QuoteWrite, "mine"},
	"POST /quotes/{id}/deal/concession":      {member.QuoteWrite, "mine"},
	"GET /q/{token}":                         {"", ""},
	"GET /q/{token}/pdf":                     {"", ""},
	"POST /q/{token}":                        {"", ""},
	"GET /products":                          {member.ProductRead, ""},
	"POST /products/export":                  {member.Export, ""},
	"GET /products/new":                      {member.ProductWrite, ""},
	"GET /products/{id}":                     {member.ProductRead, "mine"},
	"POST /products/{id}":                    {member.ProductWrite, "mine"},
	"GET /price-lists":                       {member.ProductRead, ""},
	"GET /price-lists/new":                   {member.ProductWrite, ""},
	"GET /price-lists/{id}":                  {member.ProductRead, "mine"},
	"POST /price-lists/{id}":                 {member.ProductWrite, "mine"},
	"GET /propositions":                      {member.ProductRead, ""},
	"GET /propositions/new":                  {member.ProposeWrite, ""},
	"GET /propositions/{id}":                 {member.ProductRead, "mine"},
	"POST /propositions/{id}":                {member.ProposeWrite, "mine"},
	"GET /promises":                          {member.AccountRead, ""},
	"GET /promises/new":                      {member.PromiseWrite, ""},
	"POST /promises/new":                     {member.PromiseWrite, ""},
	"GET /promises/{id}":                     {member.AccountRead, "mine"},
	"POST /promises/{id}":                    {member.PromiseWrite, "mine"},
	"POST /promises/{id}/keeping":            {member.PromiseWrite, "mine"},
	"POST /promises/{id}/day":                {member.PromiseWrite, "mine"},
	"POST /promises/{id}/withdrawal":         {member.PromiseWrite, "mine"},
	"POST /promises/{id}/breaking":           {member.PromiseWrite, "mine"},
	"POST /promises/{id}/reopening":          {member.PromiseWrite, "mine"},
	"GET /conversations":                     {member.TalkWrite, ""},
	"GET /conversations/new":                 {member.TalkWrite, ""},
	"POST /conversations/new":                {member.TalkWrite, ""},
	"GET /conversations/{id}":                {member.AccountRead, "mine"},
	"GET /conversations/{id}/edit":           {member.TalkWrite, "mine"},
	"POST /conversations/{id}/edit":          {member.TalkWrite, "mine"},
	"POST /conversations/{id}/begin":         {member.TalkWrite, "mine"},
	"POST /conversations/{id}/notes":         {member.TalkWrite, "mine"},
	"POST /conversations/{id}/notes/removal": {member.TalkWrite, "mine"},
	"POST /conversations/{id}/needs":         {member.TalkWrite, "mine"},
	"POST /conversations/{id}/promises":      {member.TalkWrite, "mine"},
	"POST /conversations/{id}/finish":        {member.TalkWrite, "mine"},
	"POST /conversations/{id}/held":          {member.TalkWrite, "mine"},
	"POST /conversations/{id}/report":        {member.TalkWrite, "mine"},
	"POST /conversations/{id}/offer":         {member.TalkWrite, "mine"},
	"POST /conversations/{id}/moved":         {member.TalkWrite, "mine"},
	"POST /conversations/{id}/missed":        {member.TalkWrite, "mine"},
	"GET /c/{token}":                         {"", ""},
	"POST /c/{token}":                        {"", ""},
	"GET /coach":                             {member.TalkWrite, ""},
	"POST /coach/practice":                   {member.TalkWrite, ""},
	"POST /coach/practice/end":               {member.TalkWrite, ""},
	"GET /settings/questions":                {member.QuestionSet, ""},
	"POST /settings/questions":               {member.QuestionSet, ""},
	"POST /settings/questions/standard":      {member.QuestionSet, ""},
	"POST /settings/questions/{question}":    {member.QuestionSet, "mine"},

	"GET /kring":                       {member.OrderRead, ""},
	"GET /kring/months":                {member.OrderRead, ""},
	"GET /kring/moves":                 {member.OrderRead, ""},
	"GET /slipping":                    {member.OrderRead, ""},
	"GET /slipping/model":              {member.OrderRead, ""},
	"POST /slipping/fit":               {member.SettingManage, ""},
	"POST /slipping/{id}/postponement": {member.CycleDecide, "mine"},
	"POST /slipping/{id}/reopening":    {member.CycleDecide, "mine"},

	"GET /imports":                {member.Import, ""},
	"POST /imports":               {member.Import, ""},
	"GET /imports/new":            {member.Import, ""},
	"GET /imports/{id}":           {member.Import, "mine"},
	"GET /imports/{id}/progress":  {member.Import, "mine"},
	"GET /imports/{id}/rows":      {member.Import, "mine"},
	"GET /imports/{id}/refused":   {member.Import, "mine"},
	"POST /imports/{id}/mapping":  {member.Import, "mine"},
	"POST /imports/{id}/fixes":    {member.Import, "mine"},
	"POST /imports/{id}/check":    {member.Import, "mine"},
	"POST /imports/{id}/run":      {member.Import, "mine"},
	"POST /imports/{id}/undo":     {member.Import, "mine"},
	"POST /imports/{id}/resume":   {member.Import, "mine"},
	"POST /imports/{id}/stop":     {member.Import, "mine"},
	"POST /imports/{id}/informed": {member.Import, "mine"},

	"GET /settings/fields":                                           {member.FieldManage, ""},
	"POST /settings/fields":                                          {member.FieldManage, ""},
	"GET /settings/fields/new":                                       {member.FieldManage, ""},
	"GET /settings/fields/{field}":                                   {member.FieldManage, "mine"},
	"POST /settings/fields/{field}":                                  {member.FieldManage, "mine"},
	"POST /settings/fields/{field}/place":                            {member.FieldManage, "mine"},
	"POST /settings/fields/{field}/archiving":                        {member.FieldManage, "mine"},
	"POST /settings/fields/{field}/revival":                          {member.FieldManage, "mine"},
	"GET /settings/tags":                                             {member.TagWrite, ""},
	"POST /settings/tags/renaming":                                   {member.TagWrite, ""},
	"POST /settings/tags/removal":                                    {member.TagWrite, ""},
	"POST /settings/tags/undoing":                                    {member.TagWrite, ""},
	"GET /settings/webhooks":                                         {member.WebhookManage, ""},
	"POST /settings/webhooks":                                        {member.WebhookManage, ""},
	"GET /settings/webhooks/new":                                     {member.WebhookManage, ""},
	"GET /settings/webhooks/{webhook}":                               {member.WebhookManage, "mine"},
	"POST /settings/webhooks/{webhook}":                              {member.WebhookManage, "mine"},
	"POST /settings/webhooks/{webhook}/switch":                       {member.WebhookManage, "mine"},
	"POST /settings/webhooks/{webhook}/removal":                      {member.WebhookManage, "mine"},
	"POST /settings/webhooks/{webhook}/deliveries/{delivery}/replay": {member.WebhookManage, "mine"},
	"GET /settings/jobs":                                             {member.SettingManage, ""},
	"GET /settings/jobs/{job}":                                       {member.SettingManage, "mine"},
	"POST /settings/jobs/{job}/retry":                                {member.SettingManage, "mine"},
	"POST /settings/jobs/{job}/cancellation":                         {member.SettingManage, "mine"},
	"GET /settings/audit":                                            {member.FactRead, ""},
}

// TestEveryRoute goes over every page × every role × a record of one's own, of
// another team, of another organisation, and of nobody signed in.
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	w := kit.New(t, db)
	mux := http.NewServeMux()
	d := New(w.App, mux)
	west, oost := w.Team("West"), w.Team("Oost")
	foreign := w.Organisation("Vreemd")
	stranger := w.MemberOf(foreign, "Vreemde", member.Admin)
	colleague := w.Member("Collega", member.AccountManager, oost.ID)

	add := func(who app.Who, name, of string) string {
		t.Helper()
		a, err := w.App.AddAccount(t.Context(), who, account.Draft{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if of == "account" {
			return a.ID.String()
		}
		c, err := w.App.AddContact(t.Context(), who, contact.Draft{Given: "Jan", Family: name, Accounts: []contact.Link{{Account: a.ID}}})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID.String()
	}
	seller := w.Member("Maker", member.AccountManager, west.ID)
	nobodys := id.New[id.Record]().String()
	fresh := 0

	for _, pattern := range d.patterns {
		rule, known := allowed[pattern]
		if !known {
			t.Errorf("%s is in no row of allowed: say which right it takes and whose page it is", pattern)
			continue
		}
		if code := visitAs(t, mux, "", pattern, nobodys); rule.right != "" && code != http.StatusSeeOther && code != http.StatusUnauthorized {
			t.Errorf("%s lets a stranger in: %d", pattern, code)
		}
	}
	for _, role := range member.Roles {
		who := w.Member("Rol "+string(role), role, west.ID)
		all := role.DefaultScope() == member.All
		for _, pattern := range d.patterns {
			rule, known := allowed[pattern]
			if !known || rule.right == "" {
				continue
			}
			// Some pages end a session or put a record in the bin: each visit has its own.
			look := func(whose, record string, sees bool) {
				t.Helper()
				check(t, pattern, role, whose, visitAs(t, mux, w.Session(who), pattern, record), role.Can(rule.right), sees)
			}
			fresh++
			switch rule.of {
			case "":
				look("no record", "", true)
				continue
			case "account", "contact":
				look("own team's", add(seller, fmt.Sprint("West ", fresh), rule.of), true)
				look("another team's", add(colleague, fmt.Sprint("Oost ", fresh), rule.of), all)
				look("another organisation's", add(stranger, fmt.Sprint("Vreemd ", fresh), rule.of), false)
			case "member":
				look("own organisation's", w.Member(fmt.Sprint("Lid ", fresh), member.Service).Member.ID.String(), true)
				look("another organisation's", stranger.Member.ID.String(), false)
			case "team":
				look("own organisation's", w.Team(fmt.Sprint("Team ", fresh)).ID.String(), true)
			}
			look("nobody's", nobodys, false)
		}
	}
}

// check: who misses the right gets 403 (404 is as good for what they may not
// see), who may not see the record 404, and nobody a 500.
func check(t *testing.T, pattern string, role member.Role, whose string, code int, may, sees bool) {
	t.Helper()
	ok := false
	switch {
	case code >= 500:
	case !may:
		ok = code == http.StatusForbidden || code == http.StatusNotFound && !sees
	case !sees:
		// A form that is refused before the record is looked for tells nothing.
		ok = code == http.StatusNotFound || code == http.StatusUnprocessableEntity
	default:
		ok = code != http.StatusForbidden && code != http.StatusNotFound
	}
	if !ok {
		t.Errorf("%s as %s, %s: %d (may %v, sees %v)", pattern, role, whose, code, may, sees)
	}
}

var params = regexp.MustCompile(`\{[a-z]+\}`)

func visitAs(t *testing.T, h http.Handler, cookie, pattern, record string) int {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	path = params.ReplaceAllString(strings.TrimSuffix(path, "{$}"), record)
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(url.Values{}.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "kring", Value: cookie})
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec.Code
}

func TestAllowedIsUsed(t *testing.T) {
	t.Parallel()
	_, db, _ := kit.SQLite(t)
	d := New(kit.New(t, db).App, http.NewServeMux())
	for pattern := range allowed {
		if !slices.Contains(d.patterns, pattern) {
			t.Errorf("allowed has %s, which is no page", pattern)
		}
	}
}
