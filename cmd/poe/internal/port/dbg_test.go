package port
import "testing"
func TestDbg(t *testing.T) {
	tr, _ := New(Options{})
	defer tr.Close()
	_, err := tr.File("../../../../cookbook/chat/perl/main.pl")
	t.Log(err)
}
