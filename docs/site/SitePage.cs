using System.Net;
using System.Text.RegularExpressions;

namespace Math4AI.Site;

/// <summary>A page of the site.</summary>
/// <param name="File">The name of its file. All pages stand in one folder, so that links need no paths.</param>
/// <param name="Title">Its title, as plain text.</param>
/// <param name="Section">The part of the site that it belongs to.</param>
/// <param name="Body">Its content as HTML, from its first heading on.</param>
internal sealed record SitePage(string File, string Title, string Section, string Body)
{
    /// <summary>The parts that a search finds: each heading that can be linked to, with the text below it.</summary>
    public IEnumerable<(string Title, string Url, string Text)> Parts()
    {
        MatchCollection headings = Regex.Matches(
            Body, "<h[1-4] id=\"([^\"]+)\"[^>]*>(.*?)</h[1-4]>", RegexOptions.Singleline);
        for (int i = 0; i < headings.Count; i++)
        {
            int from = headings[i].Index + headings[i].Length;
            int to = i + 1 < headings.Count ? headings[i + 1].Index : Body.Length;
            string heading = PlainText(headings[i].Groups[2].Value);
            // A constructor is named as its type is, whose page has that name as its first heading.
            yield return (
                i == 0 && heading == Title ? Title : $"{Title} · {heading}",
                $"{File}#{headings[i].Groups[1].Value}",
                PlainText(Body[from..to]));
        }
    }

    private static string PlainText(string html) => Regex.Replace(
        WebUtility.HtmlDecode(Regex.Replace(html, "<[^>]+>", " ")), @"\s+", " ").Trim();
}
