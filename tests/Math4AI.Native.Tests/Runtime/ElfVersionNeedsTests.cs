using Math4AI.Interop;

namespace Math4AI.Tests.Runtime;

public class ElfVersionNeedsTests
{
    private static byte[] LibTorchSharp() =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));

    [Fact]
    public void Marking_a_need_as_weak_changes_one_bit_of_the_library()
    {
        byte[] before = LibTorchSharp();
        byte[] after = LibTorchSharp();

        Assert.True(ElfVersionNeeds.MakeWeak(after, "GLIBCXX_3.4.32"));

        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        int position = Assert.Single(changed);
        Assert.Equal(0, before[position]);
        Assert.Equal(2, after[position]);
    }

    [Fact]
    public void A_version_that_is_not_needed_changes_nothing()
    {
        byte[] library = LibTorchSharp();

        Assert.False(ElfVersionNeeds.MakeWeak(library, "GLIBCXX_9.9"));
        Assert.False(ElfVersionNeeds.MakeWeak(library, "GLIBCXX_3.4.3"));
        Assert.Equal(LibTorchSharp(), library);
    }

    [Fact]
    public void What_is_no_library_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak(new byte[10], "X"));
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak(new byte[1000], "X"));
    }

    [Fact]
    public void A_library_cut_short_anywhere_is_refused_or_left_as_it_is()
    {
        byte[] whole = LibTorchSharp();
        for (int length = 64; length < whole.Length; length += whole.Length / 97)
        {
            byte[] cut = whole[..length];
            try
            {
                ElfVersionNeeds.MakeWeak(cut, "GLIBCXX_3.4.32");
            }
            catch (InvalidDataException)
            {
                Assert.Equal(whole[..length], cut);
            }
        }
    }
}
