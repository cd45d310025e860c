using System.Diagnostics;
using System.Globalization;
using Math4AI.Language.Words;
using Math4AI.Runtime;

namespace Math4AI.Benchmarks;

/// <summary>
/// Vectors of words beside gensim: words of the text a processor second (ours with counting and reading, gensim's
/// learning alone), what two threads gain, and judgements and analogies.
/// </summary>
internal static class WordsAgainstPeer
{
    private const string Script = "gensim_words.py";

    private static readonly WordVectorOptions Options = new() { MaxWords = 10_000, Window = 5, Epochs = 5 };

    /// <summary>Measures skip-gram and the continuous bag, ours and gensim's in turn.</summary>
    /// <param name="words">A folder with corpus.txt.gz and files of judgements, and the Python of gensim.</param>
    public static int Run(string[] words)
    {
        if (words.Length == 0)
        {
            Console.Error.WriteLine("words FOLDER [PYTHON]: the folder holds corpus.txt.gz and judgements (*.txt).");
            return 2;
        }

        string corpus = Path.Combine(words[0], "corpus.txt.gz");
        string[] judgements = [.. Directory.GetFiles(words[0], "*.txt").Order()];
        foreach ((WordMethod method, string name) in
            new[] { (WordMethod.SkipGram, "skip-gram"), (WordMethod.ContinuousBag, "cbow") })
        {
            string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.bin");
            try
            {
                using (Process peer = Peer.Start(
                    words.Length > 1 ? words[1] : "/usr/bin/python3", Script, [corpus, name, file]))
                {
                    Console.WriteLine($"gensim, {name}: {peer.StandardOutput.ReadToEnd().Trim()}");
                    peer.WaitForExit();
                }

                Judge(WordVectors.Load(file), judgements);
            }
            finally
            {
                File.Delete(file);
            }

            foreach (int threads in new[] { 1, Compute.Threads }.Distinct())
            {
                Ours(corpus, Options with { Method = method }, threads, judgements);
            }
        }

        foreach (WordMethod method in new[] { WordMethod.MutualInformation, WordMethod.SkipGram, WordMethod.Both })
        {
            Ours(corpus, new() { MaxWords = 10_000, Method = method }, Compute.Threads, judgements);
        }

        return 0;
    }

    private static void Ours(string corpus, WordVectorOptions options, int threads, string[] judgements)
    {
        int before = Compute.Threads;
        Compute.Threads = threads;
        try
        {
            TimeSpan start = Environment.CpuUsage.TotalTime;
            long clock = Stopwatch.GetTimestamp();
            var vectors = WordVectors.Train(corpus, options);
            double elapsed = Stopwatch.GetElapsedTime(clock).TotalSeconds,
                seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Method}, {threads} threads: {seconds:0.0} processor seconds, {elapsed:0.0} s"));
            Judge(vectors, judgements);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    private static void Judge(WordVectors vectors, string[] files)
    {
        foreach (string file in files)
        {
            double score = WordEvaluation.IsOfAnalogies(file)
                ? WordEvaluation.Analogies(vectors, file)[^1].Accuracy
                : WordEvaluation.Similarities(vectors, file).Correlation;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {Path.GetFileNameWithoutExtension(file)} {score:0.0000}"));
        }
    }
}
