using System.Text.Json;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;

namespace Math4AI.Tests.Cli;

public sealed class MixCommandTests : TemporaryFolder
{
    [Fact]
    public void It_writes_what_the_library_mixes_and_the_images_add_up()
    {
        WriteSignals();
        Finished done = Repository.Ask(
            ["mix", "a.wav", "b.wav", "--rt60", "0.1", "--spacing", "0.03", "--microphones", "3", "--seed",
                "7", "--json"],
            Folder);
        Assert.Equal(0, done.Code);
        JsonElement scene = JsonDocument.Parse(done.Output).RootElement;
        Assert.Equal(0.1, scene.GetProperty("reverberationTime").GetDouble(), 1e-6);
        Assert.Equal(3, scene.GetProperty("microphones").GetArrayLength());
        Recording mixture = Recording.Read(In("mix/mixture.wav"));
        RoomMixture expected = RoomScene
            .Draw(new RoomSceneOptions { Microphones = 3, Spacing = 0.03, ReverberationTime = 0.1 }, 7)
            .Mix([Recording.Read(In("a.wav")), Recording.Read(In("b.wav"))], seed: 7);
        Recording one = Recording.Read(In("mix/image-1.wav")), two = Recording.Read(In("mix/image-2.wav"));
        for (int c = 0; c < 3; c++)
        {
            Assert.True(mixture.Channel(c).SequenceEqual(expected.Mixture.Channel(c)));
            for (int t = 0; t < mixture.Length; t++)
            {
                Assert.Equal(one.Channel(c)[t] + two.Channel(c)[t], mixture.Channel(c)[t], 1e-6);
            }
        }

        Finished again = Repository.Ask(["mix", "a.wav", "b.wav"], Folder);
        Assert.Equal(1, again.Code);
        Assert.Contains("--force", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_that_is_silent_is_warned_of_and_one_of_anything_is_no_plural()
    {
        WriteSignals();
        new Recording([new float[8000]], 16000).Save(In("c.wav"));
        Finished done = Repository.Ask(["mix", "a.wav", "c.wav", "--json"], Folder);
        Assert.Equal(0, done.Code);
        const string Silent = "c.wav is silent: the mixture has nothing of it. Give another recording.";
        Assert.Equal($"math4ai: Warning: {Silent}", done.Errors.Trim());
        JsonElement warnings = JsonDocument.Parse(done.Output).RootElement.GetProperty("warnings");
        Assert.Equal(Silent, Assert.Single(warnings.EnumerateArray()).GetString());
        done = Repository.Ask(["mix", "a.wav", "--microphones", "1", "-o", "one"], Folder);
        Assert.Equal(string.Empty, done.Errors);
        Assert.StartsWith("1 source and 1 microphone in a room of", done.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_that_ends_early_is_mixed_as_far_as_it_goes_and_said_to_end()
    {
        WriteSignals();
        byte[] whole = File.ReadAllBytes(In("a.wav"));
        File.WriteAllBytes(In("a.wav"), whole[..(whole.Length / 2)]);
        Finished done = Repository.Ask(["mix", "a.wav", "b.wav"], Folder);
        Assert.Equal(0, done.Code);
        Assert.Contains("a.wav", done.Errors, StringComparison.Ordinal);
        Assert.Contains("that are there are used.", done.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rt60", "-1")]
    [InlineData("--rt60", "0.01")]
    [InlineData("--spacing", "0,05")]
    [InlineData("--spacing", "0")]
    [InlineData("--spacing", "9")]
    [InlineData("--size", "3x4")]
    [InlineData("--microphones", "0")]
    public void Wrong_words_are_refused_in_one_line(string option, string value)
    {
        WriteSignals();
        Finished done = Repository.Ask(["mix", "a.wav", "b.wav", option, value], Folder);
        Assert.Equal(2, done.Code);
        Assert.Single(done.Errors.TrimEnd().Split('\n'));
        Assert.DoesNotContain("Parameter", done.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("mix")));
    }

    private void WriteSignals()
    {
        for (int i = 0; i < 2; i++)
        {
            float[] samples = [.. Enumerable.Range(0, 8000).Select(t => (float)Math.Sin((0.1 + 0.07 * i) * t))];
            new Recording([samples], 16000).Save(
                In(i == 0 ? "a.wav" : "b.wav"), new AudioFormat(AudioContainer.Wav, AudioEncoding.Float32));
        }
    }
}
