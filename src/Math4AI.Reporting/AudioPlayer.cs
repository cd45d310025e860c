using Math4AI.Audio;

namespace Math4AI.Reporting;

/// <summary>Sound inside a page: FLAC with 16 bits, which every current browser plays, as a data address.</summary>
internal static class AudioPlayer
{
    /// <summary>The maximum duration of the sound in a page.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Returns a player for one channel, from the beginning and at most <see cref="Longest"/> long.</summary>
    public static string Markup(Recording recording, int channel, string description)
    {
        int length = (int)Math.Min(recording.Length, Longest.TotalSeconds * recording.SampleRate);
        Recording excerpt = recording.Only(channel).Slice(0, length);
        string path = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.flac");
        try
        {
            excerpt.Save(path, new AudioFormat(AudioContainer.Flac, AudioEncoding.Pcm16));
            string sound = Convert.ToBase64String(File.ReadAllBytes(path));
            return $"<audio controls preload=\"none\" aria-label=\"{Html.Escape(description)}\" "
                + $"src=\"data:audio/flac;base64,{sound}\"></audio>";
        }
        finally
        {
            File.Delete(path);
        }
    }
}
