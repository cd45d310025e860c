using Math4AI.Audio;
using Math4AI.Separation;

namespace Math4AI.Tests.Build;

/// <summary>The README's example, so that it is compiled and run.</summary>
internal static class ReadmeExample
{
    public static void Run()
    {
        Recording mixture = Recording.Read("left.wav", "middle.wav", "right.wav");
        var separation = Separator.FastIca().Separate(mixture);
        separation.Sources.Save("sources.wav");

        Recording tomorrow = Recording.Read("tomorrow.wav");
        separation.Unmixing.Apply(tomorrow).Save("tomorrow-sources.wav");
    }
}
