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
    private const string Limit = "limit";
    private const string Alone = "alone";

    private static readonly WordVectorOptions Options = new() { MaxWords = 10_000, Window = 5, Epochs = 5 };

    /// <summary>Measures skip-gram and the continuous bag, ours and gensim's in turn.</summary>
    /// <param name="words">
    /// A folder with corpus.txt.gz and files of judgements, and the Python of gensim, or "limit" for what the machine
    /// leaves of two threads.
    /// </param>
    public static int Run(string[] words)
    {
        if (words.Length == 0)
        {
            Console.Error.WriteLine(
                "words FOLDER [PYTHON | limit]: the folder holds corpus.txt.gz and judgements (*.txt).");
            return 2;
        }

        string folder = words[0], other = words.Length > 1 ? words[1] : "/usr/bin/python3";
        if (other is Limit or Alone)
        {
            Action<string> run = other == Alone ? LearnAlone : PrintLimit;
            run(folder);
            return 0;
        }

        string[] judgements = [.. Directory.GetFiles(folder, "*.txt").Order()];
        foreach ((WordMethod method, string name) in
            new[] { (WordMethod.SkipGram, "skip-gram"), (WordMethod.ContinuousBag, "cbow") })
        {
            Theirs(CorpusIn(folder), other, name, judgements);
            foreach (int threads in new[] { 1, Compute.Threads }.Distinct())
            {
                Ours(CorpusIn(folder), Options with { Method = method }, threads, judgements);
            }
        }

        PrintLimit(folder);
        foreach (WordMethod method in new[] { WordMethod.MutualInformation, WordMethod.SkipGram, WordMethod.Both })
        {
            Ours(CorpusIn(folder), new() { MaxWords = 10_000, Method = method }, Compute.Threads, judgements);
        }

        return 0;
    }

    private static string CorpusIn(string folder) => Path.Combine(folder, "corpus.txt.gz");

    private static void Theirs(string corpus, string python, string name, string[] judgements)
    {
        string file = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.bin");
        try
        {
            using (Process peer = Peer.Start(python, Script, [corpus, name, file]))
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
    }

    /// <summary>
    /// Processes of one thread each that learn the same at once take longer than one, by the clock of the processor and
    /// the memory that they share: no division of the work among threads gains more than they do.
    /// </summary>
    private static void PrintLimit(string folder)
    {
        double one = SecondsOf(1, folder), all = SecondsOf(Compute.Threads, folder);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"skip-gram, {Compute.Threads} processes of one thread at once: {all:0.0} s, one {one:0.0} s: "
            + $"threads gain {Compute.Threads * one / all:0.00} at most"));
    }

    private static double SecondsOf(int processes, string folder)
    {
        long clock = Stopwatch.GetTimestamp();
        Process[] all =
        [
            .. Enumerable.Range(0, processes).Select(
                _ => Process.Start(Environment.ProcessPath!, ["words", folder, Alone])),
        ];
        foreach (Process each in all)
        {
            each.WaitForExit();
            each.Dispose();
        }

        return Stopwatch.GetElapsedTime(clock).TotalSeconds;
    }

    private static void LearnAlone(string folder)
    {
        Compute.Threads = 1;
        _ = WordVectors.Train(CorpusIn(folder), Options with { Method = WordMethod.SkipGram });
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
                ? WordEvaluation.Analogies(vectors, file)[^1].Accuracy!.Value
                : WordEvaluation.Similarities(vectors, file).Correlation;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {Path.GetFileNameWithoutExtension(file)} {score:0.0000}"));
        }
    }
}
