package lineedit

// BindingTables are the tables of bindings by keymap, for a test that looks at
// all of them.
func BindingTables() map[string]string {
	return map[string]string{
		emacsMap:  emacsBindings + arrowBindings,
		viInsert:  viInsertBindings + arrowBindings,
		viCommand: viCommandBindings + arrowBindings,
	}
}
